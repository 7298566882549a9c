#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/export/schedules.h"
#include "ir/quantity.h"

namespace berth::exporting {
namespace {

using ir::Value;

/// Whose metric it is: of the service on ECS, or of the target group behind its load balancer.
enum class Of : std::uint8_t { service, target_group };

struct Metric {
  std::string_view on;
  std::string_view space;
  std::string_view name;
  std::string_view statistic;
  Of of = Of::service;
  bool is_share = false;  ///< in percent of all requests
};
constexpr std::string_view kEcs = "AWS/ECS";
constexpr std::string_view kInsights = "ECS/ContainerInsights";
constexpr std::string_view kBalancer = "AWS/ApplicationELB";
constexpr std::array<Metric, 9> kWatched = {{{"cpu", kEcs, "CPUUtilization", "Average"},
                                             {"memory", kEcs, "MemoryUtilization", "Average"},
                                             {"running_tasks", kInsights, "RunningTaskCount", "Average"},
                                             {"pending_tasks", kInsights, "PendingTaskCount", "Average"},
                                             {"target_response_time", kBalancer, "TargetResponseTime", "Average", Of::target_group},
                                             {"unhealthy_targets", kBalancer, "UnHealthyHostCount", "Maximum", Of::target_group},
                                             {"requests_per_task", kBalancer, "RequestCountPerTarget", "Sum", Of::target_group},
                                             {"target_4xx_rate", kBalancer, "HTTPCode_Target_4XX_Count", "Sum", Of::target_group, true},
                                             {"target_5xx_rate", kBalancer, "HTTPCode_Target_5XX_Count", "Sum", Of::target_group, true}}};

class Alarm {
 public:
  Alarm(const ir::Program& program, const ir::Resource& alarm, const Spelling& spelling, std::vector<Loss>& losses)
      : program_(program), alarm_(alarm), spelling_(spelling), losses_(losses) {}

  std::vector<Request> requests() {
    const std::string on = *ir::at(alarm_.body, {"on"})->as_string();
    const auto* metric = std::find_if(kWatched.begin(), kWatched.end(), [&](const Metric& row) { return row.on == on; });
    if (metric == kWatched.end()) {
      losses_.push_back({alarm_.address.text(), fmt::format("CloudWatch has no metric for `{}`", on), alarm_.origin});
      return {};
    }
    warn_of_insights(*metric);
    const Value* above = ir::at(alarm_.body, {"above"});
    const Value* below = ir::at(alarm_.body, {"below"});
    if (above == nullptr && below == nullptr) losses_.push_back({alarm_.address.text(), "it says neither `above` nor `below`", alarm_.origin});
    const bool is_both = above != nullptr && below != nullptr;
    std::vector<Request> made;
    if (above != nullptr) made.push_back(request(*metric, *above, "GreaterThanThreshold", is_both ? "-above" : ""));
    if (below != nullptr) made.push_back(request(*metric, *below, "LessThanThreshold", is_both ? "-below" : ""));
    return made;
  }

 private:
  Request request(const Metric& metric, const Value& bound, const char* comparison, const char* suffix) {
    const Value* periods = ir::at(alarm_.body, {"periods"});
    Json input{{"AlarmName", aws_name(alarm_) + suffix},
               {"ComparisonOperator", comparison},
               {"Threshold", threshold(bound)},
               {"EvaluationPeriods", periods == nullptr ? 1 : periods->as_quantity()->amount}};
    if (metric.is_share) {
      input["Metrics"] = Json::array({{{"Id", "share"}, {"Expression", "100 * part / whole"}, {"Label", std::string(metric.on)}, {"ReturnData", true}},
                                      counted("part", std::string(metric.name)),
                                      counted("whole", "RequestCount")});
    } else {
      input["Namespace"] = std::string(metric.space);
      input["MetricName"] = std::string(metric.name);
      input["Statistic"] = std::string(metric.statistic);
      input["Period"] = period();
      input["Dimensions"] = dimensions(metric.of);
    }
    if (const Value* notify = ir::at(alarm_.body, {"notify"}); notify != nullptr && notify->as_reference() != nullptr) {
      input["AlarmActions"] = Json::array({spelling_.reference(notify->as_reference()->target)});
    }
    if (const Value* tags = ir::at(alarm_.body, {"tags"}); tags != nullptr && tags->as_map() != nullptr && !tags->as_map()->empty()) {
      for (const auto& [key, value] : *tags->as_map()) {
        if (value.as_string() != nullptr) input["Tags"].push_back({{"Key", key}, {"Value", *value.as_string()}});
      }
    }
    ir::Address address = alarm_.address;
    address.name += suffix;
    return {"PutMetricAlarm", std::move(address), std::move(input)};
  }

  Json counted(const char* id, const std::string& name) {
    return {{"Id", id},
            {"ReturnData", false},
            {"MetricStat", {{"Metric", {{"Namespace", std::string(kBalancer)}, {"MetricName", name}, {"Dimensions", dimensions(Of::target_group)}}}, {"Period", period()}, {"Stat", "Sum"}}}};
  }

  /// A share in percent, a time in seconds, or a plain number.
  static Json threshold(const Value& bound) {
    const ir::Quantity* quantity = bound.as_quantity();
    if (quantity == nullptr) return nullptr;
    const std::int64_t unit = quantity->unit == ir::Unit::basis_points ? 100 : quantity->unit == ir::Unit::milliseconds ? 1000 : 1;
    if (quantity->amount % unit == 0) return quantity->amount / unit;
    return static_cast<double>(quantity->amount) / static_cast<double>(unit);
  }

  /// Metrics of AWS are by the minute.
  std::int64_t period() {
    const Value* window = ir::at(alarm_.body, {"window"});
    const std::int64_t seconds = window == nullptr || window->as_quantity() == nullptr ? 60 : window->as_quantity()->amount / 1000;
    const std::int64_t rounded = (std::max<std::int64_t>(seconds, 1) + 59) / 60 * 60;
    if (rounded != seconds) losses_.push_back({alarm_.address.text() + " window", fmt::format("CloudWatch has these metrics by the minute: it is {} s", rounded), window->origin().span});
    return rounded;
  }

  Json dimensions(Of of) {
    const ir::Address service = ir::at(alarm_.body, {"service"})->as_reference()->target;
    const auto dimension = [](const char* name, std::string value) { return Json{{"Name", name}, {"Value", std::move(value)}}; };
    if (of == Of::service) {
      const auto found = program_.resources.find(service);
      const Value* cluster = found == program_.resources.end() ? nullptr : ir::at(found->second.body, {"cluster"});
      return Json::array({dimension("ClusterName", cluster == nullptr ? "" : spelling_.name(cluster->as_reference()->target)), dimension("ServiceName", spelling_.name(service))});
    }
    return Json::array({dimension("LoadBalancer", spelling_.input(service.name + ".load_balancer", fmt::format("the load balancer of {}, as app/NAME/ID", service.text()))),
                        dimension("TargetGroup", spelling_.input(service.name + ".target_group", fmt::format("the target group of {}, as targetgroup/NAME/ID", service.text())))});
  }

  void warn_of_insights(const Metric& metric) {
    if (metric.space != kInsights) return;
    const auto service = program_.resources.find(ir::at(alarm_.body, {"service"})->as_reference()->target);
    const Value* cluster = service == program_.resources.end() ? nullptr : ir::at(service->second.body, {"cluster"});
    const auto found = cluster == nullptr || cluster->as_reference() == nullptr ? program_.resources.end() : program_.resources.find(cluster->as_reference()->target);
    if (found == program_.resources.end()) return;
    const Value* insights = ir::at(found->second.body, {"insights"});
    if (insights != nullptr && insights->as_string() != nullptr && *insights->as_string() != "off") return;
    losses_.push_back({alarm_.address.text(), fmt::format("{} has no `insights`, which measure `{}`", found->first.text(), metric.on), alarm_.origin});
  }

  const ir::Program& program_;
  const ir::Resource& alarm_;
  const Spelling& spelling_;
  std::vector<Loss>& losses_;
};

}  // namespace

std::vector<Request> alarm_requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses) {
  std::vector<Request> made;
  for (const auto& [address, resource] : program.resources) {
    if (address.kind != "alarm") continue;
    for (Request& request : Alarm(program, resource, spelling, losses).requests()) made.push_back(std::move(request));
  }
  return made;
}

}  // namespace berth::exporting
