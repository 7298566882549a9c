#include <fmt/format.h>

#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::int64_t kWhole = 10'000;  // basis points

std::int64_t amount(const ir::Value* value) {
  const ir::Quantity* quantity = value == nullptr ? nullptr : value->as_quantity();
  return quantity == nullptr ? 0 : quantity->amount;
}

bool is_written(const ir::Value* value) { return value != nullptr && !value->origin().is_default; }

/// A daemon has one task an instance; with `scale` the number of tasks is only the one to begin with.
void count_of_tasks(const ir::Resource& service, sema::Reporter& reporter) {
  const ir::Value* replicas = ir::at(service.body, {"replicas"});
  if (!is_written(replicas)) return;
  const Span span = place_of(replicas, service.origin);
  const ir::Value* daemon = ir::at(service.body, {"daemon"});
  if (daemon != nullptr && daemon->as_bool() != nullptr && *daemon->as_bool()) {
    reporter.report("E0316", span, "a daemon service has no `replicas`", "one task runs on each instance")
        .label(place_of(daemon, service.origin), "a daemon")
        .help("remove one of the two");
  } else if (const ir::Value* scale = ir::at(service.body, {"scale"})) {
    // To begin with the least is what happens without `replicas` too.
    if (const ir::Value* least = ir::at(*scale, {"min"}); least != nullptr && *least == *replicas) return;
    reporter.report("W0502", span, fmt::format("`replicas = {}` only matters at creation: `scale {{ }}` owns the count", ir::spell(*replicas)), "the number to begin with")
        .label(place_of(scale, service.origin), "sets the number from then on")
        .help("remove it, or set `scale.min`");
  }
}

/// The time that the health check of a container may take at its start: the period that does not count, and failures until it is unhealthy.
std::int64_t slowest_start(const ir::Value& health) {
  return amount(ir::at(health, {"start_period"})) + amount(ir::at(health, {"retries"})) * amount(ir::at(health, {"interval"}));
}

/// A load balancer that loses patience before the container's own check does.
void grace_and_health(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  const ir::Value* grace = ir::at(service.body, {"grace"});
  const ir::Value* exposed = ir::at(service.body, {"expose"});
  const ir::Value* task = ir::at(service.body, {"task"});
  if (!is_written(grace) || exposed == nullptr || exposed->as_map() == nullptr || task == nullptr || task->as_reference() == nullptr) return;
  const auto found = program.resources.find(task->as_reference()->target);
  if (found == program.resources.end()) return;
  for (const auto& [name, entry] : *exposed->as_map()) {
    const ir::Value* container = ir::at(entry, {"container"});
    if (container == nullptr || container->as_string() == nullptr) continue;
    const ir::Value* health = ir::at(found->second.body, {"container", *container->as_string(), "health"});
    if (health == nullptr || slowest_start(*health) <= amount(grace)) continue;
    reporter.report("W0504", place_of(grace, service.origin),
                    fmt::format("the grace ({}) is shorter than `{}` may take to become healthy ({})", ir::spell(*grace), *container->as_string(),
                                ir::spell(ir::Quantity{slowest_start(*health), ir::Unit::milliseconds})), "the load balancer's patience")
        .label(place_of(health, found->second.origin), "start period, and failures until it is unhealthy")
        .note("tasks that are still starting may be stopped")
        .help(fmt::format("at least `{}`", ir::spell(ir::Quantity{slowest_start(*health), ir::Unit::milliseconds})));
    return;
  }
}

}  // namespace

void validate_service(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  count_of_tasks(service, reporter);
  grace_and_health(program, service, reporter);
  const ir::Value* minimum = ir::at(service.body, {"deploy", "min_healthy"});
  const ir::Value* maximum = ir::at(service.body, {"deploy", "max"});
  const ir::Value* replicas = ir::at(service.body, {"replicas"});
  const ir::Value* daemon = ir::at(service.body, {"daemon"});
  if (daemon != nullptr && daemon->as_bool() != nullptr && *daemon->as_bool()) return;
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
