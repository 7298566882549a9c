#include "api/arn.h"

#include <charconv>

#include <fmt/format.h>

namespace berth::api {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// How many parts an ARN of a type has; old short forms have one less.
bool has_right_length(std::string_view type, std::size_t parts) {
  if (type == "cluster" || type == "task-definition" || type == "capacity-provider") return parts == 1;
  if (type == "service" || type == "task" || type == "container-instance") return parts == 1 || parts == 2;
  if (type == "container") return parts == 1 || parts == 3;
  if (type == "service-deployment" || type == "service-revision") return parts == 3;
  if (type == "task-set") return parts == 4;  // ids have a slash: ecs-svc/1234
  return parts >= 1;
}

}  // namespace

std::optional<Arn> parse_arn(std::string_view text) {
  Arn arn;
  std::string* const fields[] = {&arn.partition, &arn.service, &arn.region, &arn.account};
  if (text.substr(0, 4) != "arn:") return std::nullopt;
  text.remove_prefix(4);
  for (std::string* field : fields) {
    const std::size_t end = text.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    *field = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (arn.partition.empty() || arn.service.empty() || text.empty()) return std::nullopt;
  const std::size_t slash = text.find('/');
  if (arn.service != "ecs") {
    arn.type = text;
    return arn;
  }
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  arn.type = text.substr(0, slash);
  arn.parts = split(text.substr(slash + 1), '/');
  for (const std::string& part : arn.parts) {
    if (part.empty()) return std::nullopt;
  }
  if (!has_right_length(arn.type, arn.parts.size())) return std::nullopt;
  return arn;
}

std::string print(const Arn& arn) {
  std::string text = fmt::format("arn:{}:{}:{}:{}:{}", arn.partition, arn.service, arn.region, arn.account, arn.type);
  for (const std::string& part : arn.parts) text += "/" + part;
  return text;
}

std::string ArnMaker::ecs(std::string_view resource) const { return fmt::format("arn:aws:ecs:{}:{}:{}", region, account, resource); }
std::string ArnMaker::cluster(std::string_view name) const { return ecs(fmt::format("cluster/{}", name)); }
std::string ArnMaker::service(std::string_view cluster, std::string_view name) const { return ecs(fmt::format("service/{}/{}", cluster, name)); }
std::string ArnMaker::task(std::string_view cluster, std::string_view id) const { return ecs(fmt::format("task/{}/{}", cluster, id)); }
std::string ArnMaker::container_instance(std::string_view cluster, std::string_view id) const {
  return ecs(fmt::format("container-instance/{}/{}", cluster, id));
}
std::string ArnMaker::container(std::string_view cluster, std::string_view task_id, std::string_view uuid) const {
  return ecs(fmt::format("container/{}/{}/{}", cluster, task_id, uuid));
}
std::string ArnMaker::task_definition(std::string_view family, std::int64_t revision) const {
  return ecs(fmt::format("task-definition/{}:{}", family, revision));
}
std::string ArnMaker::capacity_provider(std::string_view name) const { return ecs(fmt::format("capacity-provider/{}", name)); }
std::string ArnMaker::service_deployment(std::string_view cluster, std::string_view service, std::string_view id) const {
  return ecs(fmt::format("service-deployment/{}/{}/{}", cluster, service, id));
}
std::string ArnMaker::service_revision(std::string_view cluster, std::string_view service, std::string_view id) const {
  return ecs(fmt::format("service-revision/{}/{}/{}", cluster, service, id));
}
std::string ArnMaker::task_set(std::string_view cluster, std::string_view service, std::string_view id) const {
  return ecs(fmt::format("task-set/{}/{}/{}", cluster, service, id));
}
std::string ArnMaker::log_group(std::string_view name) const { return fmt::format("arn:aws:logs:{}:{}:log-group:{}", region, account, name); }
std::string ArnMaker::log_stream(std::string_view group, std::string_view stream) const {
  return fmt::format("{}:log-stream:{}", log_group(group), stream);
}

std::optional<std::string> name_in(std::string_view text, std::string_view type) {
  if (!looks_like_arn(text)) return std::string(text);
  const std::optional<Arn> arn = parse_arn(text);
  if (!arn || arn->service != "ecs" || arn->type != type) return std::nullopt;
  return arn->parts.back();
}

std::optional<TaskDefinitionName> parse_task_definition_name(std::string_view text) {
  const std::optional<std::string> name = name_in(text, "task-definition");
  if (!name || name->empty()) return std::nullopt;
  const std::size_t colon = name->find(':');
  if (colon == std::string::npos) return TaskDefinitionName{*name, std::nullopt};
  const std::string digits = name->substr(colon + 1);
  std::int64_t revision = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
  if (colon == 0 || failure != std::errc() || end != digits.data() + digits.size() || revision < 1) return std::nullopt;
  return TaskDefinitionName{name->substr(0, colon), revision};
}

}  // namespace berth::api
