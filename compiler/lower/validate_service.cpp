#include <fmt/format.h>

#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::int64_t kWhole = 10'000;  // basis points

std::int64_t amount(const ir::Value* value) {
  const ir::Quantity* quantity = value == nullptr ? nullptr : value->as_quantity();
  return quantity == nullptr ? 0 : quantity->amount;
}

}  // namespace

void validate_service(const ir::Resource& service, sema::Reporter& reporter) {
  const ir::Value* minimum = ir::at(service.body, {"deploy", "min_healthy"});
  const ir::Value* maximum = ir::at(service.body, {"deploy", "max"});
  const ir::Value* replicas = ir::at(service.body, {"replicas"});
  if (minimum == nullptr || maximum == nullptr || replicas == nullptr) return;
  const std::int64_t wanted = amount(replicas);
  const std::int64_t lowest = (wanted * amount(minimum) + kWhole - 1) / kWhole;
  const std::int64_t highest = wanted * amount(maximum) / kWhole;
  // ECS may stop an old task only above the lower limit and start a new one only below the upper one.
  if (wanted == 0 || lowest < wanted || highest > wanted) return;
  const Span at_minimum = place_of(minimum, service.origin);
  const Span at_maximum = place_of(maximum, service.origin);
  const Span primary = at_maximum == service.origin ? at_minimum : at_maximum;
  Diagnostic& diagnostic = reporter.report("E0309", primary, fmt::format("`min_healthy = {}` and `max = {}` can never deploy", ir::spell(*minimum), ir::spell(*maximum)),
                                           fmt::format("with {} {}, no new one may start", wanted, wanted == 1 ? "task" : "tasks"));
  if (at_minimum != primary && at_minimum != service.origin) diagnostic.label(at_minimum, "and no old one may stop");
  const Span at_replicas = place_of(replicas, service.origin);
  if (at_replicas != service.origin) diagnostic.label(at_replicas, "the tasks to keep");
  diagnostic.note(fmt::format("with {} {} ECS may neither stop one (it keeps {}) nor start one (it allows {})", wanted, wanted == 1 ? "task" : "tasks", lowest, highest));
  const std::int64_t below = (wanted - 1) * 100 / wanted;
  diagnostic.help(fmt::format("`max = 200%`, or `min_healthy = {}%`", below));
  if (at_maximum == primary) diagnostic.fix(at_maximum, "200%");
}

}  // namespace berth::lower
