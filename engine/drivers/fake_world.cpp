#include "engine/drivers/fake_world.h"

#include <fmt/format.h>

#include "base/check.h"

namespace berth::engine {

FakeWorld::FakeWorld(Timestamp now) : now_(now) {}

void FakeWorld::change_world(const std::function<void()>& change) {
  std::function<void()> wake;
  {
    std::lock_guard lock(mutex_);
    change();
    settle(now_);
    if (!news_.completions.empty() || !news_.events.empty() || news_.resync) wake = wake_;
  }
  if (wake) wake();
}

void FakeWorld::advance(Timestamp now) {
  change_world([&] {
    if (now > now_) settle(now);
  });
}

Timestamp FakeWorld::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

std::optional<Timestamp> FakeWorld::next_due() const {
  std::lock_guard lock(mutex_);
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first.first;
}

void FakeWorld::schedule(Milliseconds after, std::function<void()> action) {
  due_.emplace(std::pair(now_ + after, ++sequence_), std::move(action));
}

void FakeWorld::settle(Timestamp until) {
  while (!due_.empty() && due_.begin()->first.first <= until) {
    auto [when, action] = std::pair(due_.begin()->first.first, std::move(due_.begin()->second));
    due_.erase(due_.begin());
    now_ = std::max(now_, when);
    action();
  }
  now_ = std::max(now_, until);
}

void FakeWorld::script(const std::string& what, FakeScript script) {
  std::lock_guard lock(mutex_);
  scripts_[what] = std::move(script);
}

void FakeWorld::fail_next(OperationKind kind, Error error, int times, const std::string& container, Effect effect) {
  std::lock_guard lock(mutex_);
  failures_.push_back({kind, std::move(error), times, container, effect});
}

void FakeWorld::fail_lists(int times) {
  std::lock_guard lock(mutex_);
  failing_lists_ = times;
}

void FakeWorld::stop_failing() {
  std::lock_guard lock(mutex_);
  failures_.clear();
  failing_lists_ = 0;
}

void FakeWorld::set_clock(Timestamp now) {
  std::lock_guard lock(mutex_);
  std::map<std::pair<Timestamp, std::uint64_t>, std::function<void()>> due;
  for (auto& [key, action] : due_) due.emplace(std::pair(key.first + (now - now_), key.second), std::move(action));
  due_ = std::move(due);
  now_ = now;
}

void FakeWorld::lose_events() {
  std::lock_guard lock(mutex_);
  events_lost_ = true;
}

void FakeWorld::restore_events() {
  change_world([&] {
    events_lost_ = false;
    if (driver_ != 0) news_.resync = true;
  });
}

void FakeWorld::set_capacity(Capacity capacity) {
  std::lock_guard lock(mutex_);
  capacity_ = capacity;
}

void FakeWorld::at_crash(AtCrash what) {
  std::lock_guard lock(mutex_);
  at_crash_ = what;
}

FakeWorld::Container& FakeWorld::must_find(const std::string& name) {
  auto found = containers_.find(name);
  BERTH_CHECK(found != containers_.end(), "the fake world has no container " + name);
  return found->second;
}

void FakeWorld::kill(const std::string& name, int exit_code, bool out_of_memory) {
  change_world([&] {
    BERTH_CHECK(must_find(name).state.phase == ContainerState::Phase::running, name + " does not run");
    exit(name, exit_code, out_of_memory);
  });
}

void FakeWorld::vanish(const std::string& name) {
  change_world([&] {
    auto container = must_find(name);
    containers_.erase(name);
    tell(container, true);
  });
}

void FakeWorld::set_health(const std::string& name, const std::string& health) {
  change_world([&] {
    auto& container = must_find(name);
    if (turn(container, health)) tell(container);
  });
}

void FakeWorld::move_tag(const std::string& image, const std::string& digest) {
  std::lock_guard lock(mutex_);
  digests_[image] = digest;
}

void FakeWorld::write_line(const std::string& name, const std::string& text) {
  std::lock_guard lock(mutex_);
  must_find(name).output.push_back({now_, "stdout", text});
}

void FakeWorld::put(ContainerSpec spec, ContainerState::Phase phase) {
  change_world([&] {
    auto problem = do_create(spec);
    BERTH_CHECK(!problem, problem ? problem->message : "");
    auto& container = containers_.at(spec.name);
    container.state.phase = phase;
    if (phase != ContainerState::Phase::created) container.state.started_at = now_;
    if (phase == ContainerState::Phase::exited) container.state.exit_code = 0, container.state.finished_at = now_;
  });
}

void FakeWorld::reboot() {
  std::lock_guard lock(mutex_);
  for (auto& [name, container] : containers_) {
    if (container.state.phase != ContainerState::Phase::running) continue;
    ++container.starts;
    container.state.phase = ContainerState::Phase::exited;
    container.state.exit_code = 137;
    container.state.finished_at = now_;
  }
}

std::vector<ContainerState> FakeWorld::containers() const {
  std::lock_guard lock(mutex_);
  std::vector<ContainerState> states;
  for (const auto& [name, container] : containers_) states.push_back(container.state);
  return states;
}

std::optional<ContainerState> FakeWorld::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = containers_.find(name);
  if (found == containers_.end()) return std::nullopt;
  return found->second.state;
}

std::vector<ContainerState> FakeWorld::containers_of(const std::string& task_id) const {
  auto states = containers();
  states.erase(std::remove_if(states.begin(), states.end(), [&](const auto& state) { return state.task_id != task_id; }),
               states.end());
  return states;
}

std::optional<ContainerSpec> FakeWorld::spec_of(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = containers_.find(name);
  if (found == containers_.end()) return std::nullopt;
  return found->second.spec;
}

std::vector<std::string> FakeWorld::journal() const {
  std::lock_guard lock(mutex_);
  return journal_;
}

void FakeWorld::clear_journal() {
  std::lock_guard lock(mutex_);
  journal_.clear();
}

std::uint64_t FakeWorld::attach() {
  std::lock_guard lock(mutex_);
  BERTH_CHECK(driver_ == 0, "one driver at a time");
  news_ = {};
  return driver_ = ++drivers_;
}

void FakeWorld::detach() {
  std::lock_guard lock(mutex_);
  driver_ = 0;
  wake_ = nullptr;
  news_ = {};
  disguised_.clear();
  for (auto& [name, lane] : lanes_) lane.queue.clear();
}

ContainerDriver::News FakeWorld::take_news() {
  std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

void FakeWorld::set_wake(std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

Capacity FakeWorld::capacity() const {
  std::lock_guard lock(mutex_);
  return capacity_;
}

Result<std::vector<ContainerState>> FakeWorld::list() {
  {
    std::lock_guard lock(mutex_);
    if (failing_lists_ > 0) {
      --failing_lists_;
      return Error{"DockerTimeoutError", "the runtime does not answer"};
    }
  }
  return containers();
}

Result<std::vector<LogLine>> FakeWorld::read_logs(const LogQuery& query) const {
  std::lock_guard lock(mutex_);
  auto found = containers_.find(query.name);
  if (found == containers_.end()) return Error{"NoSuchContainerError", fmt::format("no container `{}`", query.name)};
  std::vector<LogLine> lines;
  for (const auto& line : found->second.output)
    if ((!query.since || line.time >= *query.since) && (!query.until || line.time <= *query.until)) lines.push_back(line);
  if (lines.size() > query.limit) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(query.limit));
  return lines;
}

}  // namespace berth::engine
