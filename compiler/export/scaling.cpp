#include "compiler/export/scaling.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/export/requests.h"

namespace berth::exporting {
namespace {

struct Metric {
  std::string_view name;
  std::string_view api;
  bool needs_label = false;
};
constexpr std::array<Metric, 3> kMetrics = {{{"cpu", "ECSServiceAverageCPUUtilization"}, {"memory", "ECSServiceAverageMemoryUtilization"}, {"requests_per_task", "ALBRequestCountPerTarget", true}}};

std::int64_t amount(const ir::Value& body, std::string_view key, std::int64_t otherwise) {
  const ir::Value* value = ir::at(body, {key});
  return value == nullptr || value->as_quantity() == nullptr ? otherwise : value->as_quantity()->amount;
}

/// 60 % is 60, 800 is 800.
Json target_value(const ir::Value& value) {
  const ir::Quantity* quantity = value.as_quantity();
  if (quantity == nullptr) return nullptr;
  if (quantity->unit != ir::Unit::basis_points) return quantity->amount;
  return quantity->amount % 100 == 0 ? Json(quantity->amount / 100) : Json(static_cast<double>(quantity->amount) / 100.0);
}

}  // namespace

std::vector<Scaling> scalings(const ir::Program& program, std::vector<Loss>& losses) {
  std::vector<Scaling> all;
  for (const auto& [address, service] : program.resources) {
    const ir::Value* scale = address.kind == "service" ? ir::at(service.body, {"scale"}) : nullptr;
    const ir::Value* cluster = ir::at(service.body, {"cluster"});
    if (scale == nullptr || cluster == nullptr || cluster->as_reference() == nullptr) continue;
    Scaling scaling{.service = address,
                    .cluster = cluster->as_reference()->target,
                    .name = aws_name(service),
                    .least = amount(*scale, "min", 0),
                    .most = amount(*scale, "max", 0),
                    .cooldown = amount(*scale, "cooldown", 300'000) / 1000,
                    .targets = {}};
    const ir::Value* targets = ir::at(*scale, {"target"});
    if (targets != nullptr && targets->as_map() != nullptr) {
      for (const auto& [name, target] : *targets->as_map()) {
        const auto* metric = std::find_if(kMetrics.begin(), kMetrics.end(), [&name = name](const Metric& known) { return known.name == name; });
        const ir::Value* value = ir::at(target, {"value"});
        if (metric == kMetrics.end() || value == nullptr) {
          losses.push_back({fmt::format("{} scale.target.{}", address.text(), name), "Application Auto Scaling has no such metric of its own", target.origin().span});
          continue;
        }
        scaling.targets.push_back({.name = name, .metric = std::string(metric->api), .value = target_value(*value), .needs_label = metric->needs_label});
      }
    }
    all.push_back(std::move(scaling));
  }
  return all;
}

}  // namespace berth::exporting
