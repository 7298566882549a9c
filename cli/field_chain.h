#pragma once

#include <string>
#include <vector>

#include "ir/resource.h"

namespace berth::cli {

/// A field of a compiled program and how it got its value.
struct FieldChain {
  std::string path;               ///< "service.orders.replicas", "task.orders.container.worker.memory"
  std::string value;              ///< as spelled in the language
  std::vector<ir::Layer> layers;  ///< what counts comes first; the last one is the schema's default, where it is one
};

/// The fields that `query` names. The kind of the resource and words such as `container` may be left out, and the task that is written inside a service
/// is reached through it: `orders.task.worker.memory`. A resource, or a block in it, stands for all of its fields. A program compiled with
/// `chains` is needed.
std::vector<FieldChain> find_fields(const ir::Program& program, const std::string& query);

/// The paths of all fields there are, for suggestions.
std::vector<std::string> field_paths(const ir::Program& program);

}  // namespace berth::cli
