#include "compiler/export/schedules.h"

#include <fmt/format.h>

#include "compiler/export/cron.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

using ir::Value;

constexpr std::size_t kLongestName = 64;
constexpr std::int64_t kMinute = 60'000;

class Job {
 public:
  Job(const ir::Resource& job, const Spelling& spelling, std::vector<Loss>& losses) : job_(job), spelling_(spelling), losses_(losses) {}

  std::optional<Request> request() {
    const auto when = expression();
    const Value* task = at("task");
    const Value* cluster = at("cluster");
    if (!when || task == nullptr || task->as_reference() == nullptr || cluster == nullptr || cluster->as_reference() == nullptr) return std::nullopt;
    const std::string name = aws_name(job_);
    if (name.size() > kLongestName) {
      lost("name", *at("name"), fmt::format("the name of a schedule has at most {} characters", kLongestName));
      return std::nullopt;
    }
    for (const char* setting : {"timeout", "tags"}) {
      if (const Value* value = at(setting)) lost(setting, *value, setting == std::string_view("tags") ? "a schedule has no tags" : "a schedule does not end what it started");
    }
    Json input{{"Name", name}, {"ScheduleExpression", *when}, {"FlexibleTimeWindow", {{"Mode", "OFF"}}}};
    if (const Value* zone = ir::at(job_.body, {"schedule", "timezone"}); zone != nullptr && zone->as_string() != nullptr) input["ScheduleExpressionTimezone"] = *zone->as_string();
    Json target{{"Arn", spelling_.arn(cluster->as_reference()->target)},
                {"RoleArn", spelling_.input("schedule_role", "the ARN of the role with which EventBridge Scheduler runs the tasks of jobs")},
                {"EcsParameters", parameters(task->as_reference()->target)}};
    Json retry = Json::object();
    if (const Value* attempts = ir::at(job_.body, {"retry", "attempts"}); attempts != nullptr) retry["MaximumRetryAttempts"] = attempts->as_quantity()->amount;
    if (const Value* age = ir::at(job_.body, {"retry", "max_age"}); age != nullptr) retry["MaximumEventAgeInSeconds"] = age->as_quantity()->amount / 1000;
    if (!retry.empty()) target["RetryPolicy"] = std::move(retry);
    input["Target"] = std::move(target);
    return Request{"CreateSchedule", job_.address, std::move(input)};
  }

 private:
  [[nodiscard]] const Value* at(std::string_view setting) const { return ir::at(job_.body, {setting}); }

  void lost(std::string_view setting, const Value& value, std::string reason) {
    losses_.push_back({fmt::format("{} {}", job_.address.text(), setting), std::move(reason), value.origin().span});
  }

  std::optional<std::string> expression() {
    const Value* schedule = at("schedule");
    if (schedule == nullptr) {
      losses_.push_back({job_.address.text(), "it has no schedule: nothing starts it", job_.origin});
      return std::nullopt;
    }
    if (const Value* every = ir::at(*schedule, {"every"}); every != nullptr && every->as_quantity() != nullptr) return eventbridge_rate(every->as_quantity()->amount / kMinute);
    const Value* line = ir::at(*schedule, {"cron"});
    auto made = line == nullptr || line->as_string() == nullptr ? std::nullopt : eventbridge_cron(*line->as_string());
    if (!made) lost("schedule", *schedule, "EventBridge takes days of the month or days of the week, not both");
    return made;
  }

  /// What a service says of its tasks a job says in the same words.
  Json parameters(const ir::Address& task) {
    ir::Map body;
    for (const char* setting : {"launch", "capacity", "network", "platform", "placement"}) {
      if (const Value* value = at(setting)) body.set(setting, *value);
    }
    Json of_service = ir::to_ecs(*ir::schema::resource_kind("service"), Value::map(std::move(body)), spelling_.reference);
    Json made{{"TaskDefinitionArn", spelling_.arn(task)}};
    const Value* count = at("count");
    made["TaskCount"] = count == nullptr || count->as_quantity() == nullptr ? 1 : count->as_quantity()->amount;
    static constexpr std::pair<const char*, const char*> kMembers[] = {{"launchType", "LaunchType"},
                                                                        {"capacityProviderStrategy", "CapacityProviderStrategy"},
                                                                        {"platformVersion", "PlatformVersion"},
                                                                        {"placementConstraints", "PlacementConstraints"},
                                                                        {"placementStrategy", "PlacementStrategy"}};
    for (const auto& [ours, theirs] : kMembers) {
      if (of_service.contains(ours)) made[theirs] = std::move(of_service[ours]);
    }
    if (!of_service.contains("networkConfiguration")) return made;
    const Json& network = of_service["networkConfiguration"]["awsvpcConfiguration"];
    Json& placed = made["NetworkConfiguration"]["awsvpcConfiguration"];
    for (const auto& [ours, theirs] : {std::pair("subnets", "Subnets"), std::pair("securityGroups", "SecurityGroups"), std::pair("assignPublicIp", "AssignPublicIp")}) {
      if (network.contains(ours)) placed[theirs] = network[ours];
    }
    return made;
  }

  const ir::Resource& job_;
  const Spelling& spelling_;
  std::vector<Loss>& losses_;
};

}  // namespace

std::vector<Request> schedule_requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses) {
  std::vector<Request> made;
  for (const auto& [address, resource] : program.resources) {
    if (address.kind != "job") continue;
    if (auto request = Job(resource, spelling, losses).request()) made.push_back(std::move(*request));
  }
  return made;
}

}  // namespace berth::exporting
