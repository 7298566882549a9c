#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "compiler/export/export.h"
#include "ir/resource.h"

namespace berth::exporting {

/// A call of the ECS API that makes a part of the program.
struct Request {
  std::string operation;  ///< "RegisterTaskDefinition"
  ir::Address address;    ///< whose; of a capacity provider, and of what a cluster takes from such, `capacity.main.batch` and `cluster.main`
  Json input;
};

/// How a target writes what is no plain text.
struct Spelling {
  /// A resource, extern or capacity of a cluster; of a network the JSON of its `awsvpcConfiguration`.
  std::function<std::string(const ir::Address&)> reference;
  /// A sensitive value: `setting` is its path in the body of `owner`.
  std::function<std::string(const ir::Address& owner, const std::string& setting, const ir::Value& value)> sensitive;
};

/// The calls that make the program, in an order in which they can be made: clusters, capacity providers, what clusters take from these, task
/// definitions, services. With the tags of the user, and without those by which berth owns resources. What the ECS API has no place for goes to `losses`;
/// jobs and alarms are not looked at.
std::vector<Request> requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses);

/// The name that ECS knows a resource by: cluster name, family, service name.
std::string aws_name(const ir::Resource& resource);

}  // namespace berth::exporting
