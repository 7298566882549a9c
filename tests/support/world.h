#pragma once

#include <fmt/format.h>

#include "planner/apply.h"
#include "planner/planner.h"
#include "providers/memory/memory_provider.h"
#include "tests/support/program_fixture.h"

namespace berth::test {

/// A target in memory with the steps of the commands: read, plan, apply.
class World {
 public:
  provider::MemoryProvider provider;
  DiagnosticSink sink;

  ir::Snapshot read(const ir::Program& program) {
    auto snapshot = provider.read(plan::read_scope(program));
    BERTH_CHECK(snapshot.has_value(), "the memory provider cannot fail to read");
    return *std::move(snapshot);
  }

  plan::Plan plan(const ir::Program& program, const plan::Options& options = {}) {
    plan::Options how = options;
    how.room_of = [this](const std::string& cluster) -> std::optional<plan::Room> {
      auto room = provider.read_room(cluster);
      return room ? std::optional(*std::move(room)) : std::nullopt;
    };
    return plan::make_plan(program, read(program), how, sink);
  }

  plan::ApplyReport apply(const plan::Plan& made, std::size_t parallelism = 1) {
    plan::Progress nobody;
    plan::Bindings bindings(made);
    return plan::apply(plan::schedule(made), bindings, provider, nobody, {.parallelism = parallelism});
  }

  plan::ApplyReport apply(const ir::Program& program, const plan::Options& options = {}) { return apply(plan(program, options)); }
};

/// What failed, a line each; "" when nothing did.
inline std::string failures_of(const plan::ApplyReport& report) {
  std::string failed;
  for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
    if (report.outcomes[i].error) failed += fmt::format("{} fails: {}\n", report.actions[i].text(), report.outcomes[i].error->message);
  }
  return failed;
}

}  // namespace berth::test
