#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "compiler/export/export.h"
#include "ir/resource.h"

namespace berth::exporting {

/// A call of the ECS API, of EventBridge Scheduler or of CloudWatch that makes a part of the program.
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
  /// The ARN, and the name, of a cluster, task definition or service, of the program or not.
  std::function<std::string(const ir::Address&)> arn;
  std::function<std::string(const ir::Address&)> name;
  /// What neither the files nor the target know, by a key and what it is.
  std::function<std::string(const std::string& key, const std::string& meaning)> input;
};

/// The calls that make the program, in an order in which they can be made: clusters, capacity providers, what clusters take from these, task
/// definitions, services. With the tags of the user, and without those by which berth owns resources. What the ECS API has no place for goes to `losses`;
/// jobs and alarms have calls of their own (compiler/export/schedules.h).
std::vector<Request> requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses);

/// The name that ECS knows a resource by: cluster name, family, service name.
std::string aws_name(const ir::Resource& resource);

}  // namespace berth::exporting
