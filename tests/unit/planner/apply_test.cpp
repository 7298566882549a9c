#include "planner/apply.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::program_of;
using test::small_stack;
using test::World;

/// Lets calls return only when `together` of them are inside at the same time.
class MeetingProvider final : public Provider {
 public:
  explicit MeetingProvider(std::size_t together) : together_(together) {}
  Result<ir::Snapshot> read(const ReadScope&) override { return ir::Snapshot{}; }
  Result<Room> read_room(const std::string&) override { return Room{}; }
  Result<ActionResult> execute(const Action&, const Bindings&, Progress&) override {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    if (inside_ == together_) met_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return met_; });
    --inside_;
    return ActionResult{};
  }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  std::size_t together_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ = 0;
  std::size_t most_ = 0;
  bool met_ = false;
};

std::vector<Action> registrations(std::size_t count) {
  std::vector<Action> actions(count);
  for (std::size_t i = 0; i < count; ++i) {
    actions[i].id = i;
    actions[i].verb = Verb::register_revision;
    actions[i].address = {"task", "t" + std::to_string(i)};
  }
  return actions;
}

class Recorder final : public Progress {
 public:
  void started(const Action& action) override { log.push_back("started " + action.text()); }
  void done(const Action& action, const ActionResult&) override { log.push_back("done " + action.text()); }
  void failed(const Action& action, const Error& error) override { log.push_back("failed " + action.text() + ": " + error.message); }
  void skipped(const Action& action) override { log.push_back("skipped " + action.text()); }
  bool cancelled() override { return log.size() >= cancel_after; }
  std::vector<std::string> log;
  std::size_t cancel_after = 1000000;
};

TEST_CASE("independent calls run at the same time, up to the bound") {
  MeetingProvider provider(4);
  Bindings bindings;
  Progress nobody;
  const ApplyReport report = apply(registrations(20), bindings, provider, nobody, {.parallelism = 4});
  CHECK(report.ok());
  CHECK(provider.most() == 4);
}

TEST_CASE("waits do not take the places of calls") {
  auto actions = registrations(4);
  for (std::size_t i = 0; i < 3; ++i) actions[i].verb = Verb::await_stable;
  MeetingProvider provider(4);
  Bindings bindings;
  Progress nobody;
  CHECK(apply(actions, bindings, provider, nobody, {.parallelism = 1 + 1}).ok());
}

TEST_CASE("after a failure what depends on it is left, the rest is finished") {
  Json bodies = small_stack();
  bodies["task.other"] = bodies["task.web"];
  bodies["service.other"] = bodies["service.web"];
  bodies["service.other"]["task"]["$ref"] = "task.other";
  World world;
  world.provider.add_fault({"register task.web", {"ThrottlingException", "rate exceeded"}, false});
  const ir::Program program = program_of(bodies);
  const Plan plan = world.plan(program);
  Recorder recorder;
  Bindings bindings(plan);
  const ApplyReport report = apply(schedule(plan), bindings, world.provider, recorder, {.parallelism = 1});
  CHECK_FALSE(report.ok());
  CHECK(report.exit_code() == 1);
  CHECK(report.count(ActionState::done) == 4);
  CHECK(report.count(ActionState::failed) == 1);
  CHECK(report.count(ActionState::not_attempted) == 2);
  const std::vector<std::string> tail(recorder.log.end() - 2, recorder.log.end());
  CHECK(tail == std::vector<std::string>{"skipped create service.web", "skipped await-stable service.web"});
  CHECK(world.apply(program).ok());
  CHECK(world.plan(program).empty());
}

TEST_CASE("the same holds with many threads") {
  Json bodies = small_stack();
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    bodies["task.t" + n] = bodies["task.web"];
    bodies["service.s" + n] = bodies["service.web"];
    bodies["service.s" + n]["task"]["$ref"] = "task.t" + n;
  }
  World world;
  world.provider.add_fault({"register task.t7", {"ServerException", "down"}, false});
  const ir::Program program = program_of(bodies);
  const Plan plan = world.plan(program);
  const ApplyReport report = world.apply(plan, 8);
  CHECK(report.count(ActionState::failed) == 1);
  CHECK(report.count(ActionState::not_attempted) == 2);
  CHECK(world.apply(world.plan(program), 8).ok());
  CHECK(world.plan(program).empty());
}

TEST_CASE("an interruption ends the apply after what is under way") {
  World world;
  const ir::Program program = program_of(small_stack());
  const Plan plan = world.plan(program);
  Recorder recorder;
  recorder.cancel_after = 2;
  Bindings bindings(plan);
  const ApplyReport report = apply(schedule(plan), bindings, world.provider, recorder, {.parallelism = 1});
  CHECK(report.interrupted);
  CHECK(report.exit_code() == 130);
  CHECK(report.count(ActionState::done) == 1);
  CHECK(report.count(ActionState::not_attempted) == 3);
  CHECK(world.apply(program).ok());
}

TEST_CASE("a deployment that rolled back or timed out has an exit code of its own") {
  const auto code_after = [](const std::string& code) {
    World world;
    world.provider.add_fault({"await-stable service.web", {code, "…"}, false});
    return world.apply(program_of(small_stack())).exit_code();
  };
  CHECK(code_after(std::string(kRolledBack)) == 5);
  CHECK(code_after(std::string(kTimedOut)) == 6);
  CHECK(code_after("EssentialContainerExited") == 1);
}

TEST_CASE("nothing to do is done") {
  World world;
  Bindings bindings;
  Progress nobody;
  const ApplyReport report = apply({}, bindings, world.provider, nobody);
  CHECK(report.ok());
  CHECK(report.exit_code() == 0);
}

}  // namespace
}  // namespace berth::plan
