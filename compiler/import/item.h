#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/import/workspace.h"

namespace berth::importing {

/// A thing of the ECS API that an input has, in the API's own form; what is no JSON of ECS is turned into that first.
struct Item {
  enum class Kind { cluster, task, service, provider };
  Kind kind = Kind::task;
  std::shared_ptr<const Document> document;
  std::string pointer;  ///< where it stands, or what it was made of
  Json object;
  Json tags;
  bool synthetic = false;  ///< made by us: its texts may have marks of parameters
};

/// A compose file: each service is a task and a service of it.
void read_compose(Workspace& workspace, const std::shared_ptr<const Document>& document, std::vector<Item>& items);

/// A CloudFormation template: its resources of ECS.
void read_template(Workspace& workspace, const std::shared_ptr<const Document>& document, std::vector<Item>& items);

}  // namespace berth::importing
