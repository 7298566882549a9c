#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "compiler/export/export.h"
#include "compiler/export/parameters.h"

namespace berth::exporting {

/// What the parts of a compose file share while it is made.
struct ComposeContext {
  const Options& options;
  Export& made;
  SensitiveInputs& secrets;
  UniqueNames& names;
};

/// A task as compose has it: a service for each container.
struct ComposeTask {
  ir::Address address;
  const ir::Value& body;
  std::string base;                            ///< name of the service or task, which the names of its containers begin with
  std::string network;                         ///< its network_mode
  std::string holder;                          ///< the container whose network the others are in; "" when each has its own
  std::map<std::string, std::string> names;    ///< of compose's services, by container
  std::map<std::string, std::string> volumes;  ///< what stands before the colon of a mount, by volume
  std::int64_t replicas = 1;
};

/// The service for one container. What compose cannot say goes to the losses of `context`.
Json compose_service(const ComposeTask& task, const std::string& name, const ir::Value& container, const ComposeContext& context);

/// A text, list or map of texts with `$` meaning itself and variables where a text is sensitive.
Json compose_texts(const ir::Address& owner, const std::string& setting, const ir::Value& value, const ComposeContext& context);

}  // namespace berth::exporting
