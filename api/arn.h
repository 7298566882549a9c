#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::api {

/// An Amazon resource name of ECS or CloudWatch Logs: `arn:aws:SERVICE:REGION:ACCOUNT:TYPE/PART/PART…`.
struct Arn {
  std::string partition = "aws";
  std::string service = "ecs";
  std::string region;
  std::string account;
  std::string type;                ///< "cluster", "service", "task", "container-instance", "container", "task-definition" …
  std::vector<std::string> parts;  ///< what follows the type, split at "/"
  bool operator==(const Arn&) const = default;
};

/// Absent when `text` does not have the form; an ECS ARN of a known type must also have that type's number of parts (the old form of
/// service, task and container-instance ARNs, without the cluster, is accepted).
std::optional<Arn> parse_arn(std::string_view text);
std::string print(const Arn& arn);
[[nodiscard]] inline bool looks_like_arn(std::string_view text) { return text.substr(0, 4) == "arn:"; }

/// Makes the ARNs of one region and account (reference: the long formats of ECS).
struct ArnMaker {
  std::string region = "us-east-1";
  std::string account = "000000000000";

  [[nodiscard]] std::string cluster(std::string_view name) const;
  [[nodiscard]] std::string service(std::string_view cluster, std::string_view name) const;
  [[nodiscard]] std::string task(std::string_view cluster, std::string_view id) const;
  [[nodiscard]] std::string container_instance(std::string_view cluster, std::string_view id) const;
  [[nodiscard]] std::string container(std::string_view cluster, std::string_view task_id, std::string_view uuid) const;
  [[nodiscard]] std::string task_definition(std::string_view family, std::int64_t revision) const;
  [[nodiscard]] std::string capacity_provider(std::string_view name) const;
  [[nodiscard]] std::string service_deployment(std::string_view cluster, std::string_view service, std::string_view id) const;
  [[nodiscard]] std::string service_revision(std::string_view cluster, std::string_view service, std::string_view id) const;
  [[nodiscard]] std::string task_set(std::string_view cluster, std::string_view service, std::string_view id) const;
  [[nodiscard]] std::string log_group(std::string_view name) const;
  [[nodiscard]] std::string log_stream(std::string_view group, std::string_view stream) const;

 private:
  [[nodiscard]] std::string ecs(std::string_view resource) const;
};

/// The last part of an ARN of `type`, or `text` itself when it is no ARN: a name or an id. Absent when it is an ARN of something else.
std::optional<std::string> name_in(std::string_view text, std::string_view type);

/// `family`, `family:revision` or an ARN of a task definition.
struct TaskDefinitionName {
  std::string family;
  std::optional<std::int64_t> revision;
  bool operator==(const TaskDefinitionName&) const = default;
};
std::optional<TaskDefinitionName> parse_task_definition_name(std::string_view text);

}  // namespace berth::api
