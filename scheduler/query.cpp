#include "scheduler/query.h"

namespace berth::scheduler {
namespace {

constexpr std::string_view kAttribute = "attribute:";

std::vector<std::string> values_of(const QuerySubject& about, const std::string& subject) {
  const Instance& instance = about.instance;
  if (subject == "agentConnected") return {instance.agent_connected ? "true" : "false"};
  if (subject == "agentVersion") return {instance.extra.value("agentVersion", "1.0.0")};
  if (subject == "ec2InstanceId") return {instance.host_id};
  if (subject == "runningTasksCount") return {std::to_string(about.running_tasks)};
  if (subject == "registeredAt") return {instance.registered_at ? format_utc(*instance.registered_at).substr(0, 19) : "1970-01-01"};
  std::vector<std::string> values;
  if (subject == "task:group") {
    for (const auto& [group, count] : about.groups) {
      if (count > 0) values.push_back(group);
    }
    return values;
  }
  for (const Attribute& attribute : instance.attributes) {
    if (attribute.name == subject.substr(kAttribute.size())) values.push_back(attribute.value);
  }
  return values;
}

}  // namespace

bool matches(const ClusterQuery& query, const QuerySubject& subject) {
  return query.matches([&](const std::string& name) { return values_of(subject, name); });
}

}  // namespace berth::scheduler
