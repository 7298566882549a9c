#include "planner/apply.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace berth::plan {
namespace {

/// Waits are cheap for the target, so they do not count against the parallelism of calls.
constexpr std::size_t kParallelWaits = 64;

bool is_wait(const Action& action) { return action.verb == Verb::await_stable || action.verb == Verb::await_gone; }

/// Passes on to the user's observer, one call at a time.
class SerialProgress final : public Progress {
 public:
  explicit SerialProgress(Progress& inner) : inner_(inner) {}
  void started(const Action& action) override { locked([&] { inner_.started(action); }); }
  void advanced(const Action& action, const ServiceProgress& progress) override { locked([&] { inner_.advanced(action, progress); }); }
  void done(const Action& action, const ActionResult& result) override { locked([&] { inner_.done(action, result); }); }
  void failed(const Action& action, const Error& error) override { locked([&] { inner_.failed(action, error); }); }
  void skipped(const Action& action) override { locked([&] { inner_.skipped(action); }); }
  [[nodiscard]] bool cancelled() override {
    const std::lock_guard lock(mutex_);
    return inner_.cancelled();
  }

 private:
  template <class F>
  void locked(F call) {
    const std::lock_guard lock(mutex_);
    call();
  }
  Progress& inner_;
  std::mutex mutex_;
};

class Run {
 public:
  Run(std::vector<Action> actions, Bindings& bindings, Provider& provider, Progress& progress)
      : bindings_(bindings), provider_(provider), progress_(progress) {
    report_.outcomes.resize(actions.size());
    report_.actions = std::move(actions);
    followers_.resize(size());
    missing_.resize(size());
    settled_.resize(size());
    for (const Action& action : report_.actions) {
      missing_[action.id] = action.after.size();
      for (const std::size_t earlier : action.after) followers_[earlier].push_back(action.id);
      if (action.after.empty()) release(action.id);
    }
  }

  /// Everything on this thread, in the order of the list.
  void in_order() {
    for (const Action& action : report_.actions) {
      if (missing_[action.id] == 0) perform(action.id);
    }
  }

  /// Calls on up to `parallelism` threads, waits on threads of their own.
  void in_parallel(std::size_t parallelism) {
    const auto waits = static_cast<std::size_t>(std::count_if(report_.actions.begin(), report_.actions.end(), is_wait));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(parallelism, size() - waits); ++i) threads.emplace_back([this] { work(calls_); });
    for (std::size_t i = 0; i < std::min(kParallelWaits, waits); ++i) threads.emplace_back([this] { work(waits_); });
    for (std::thread& thread : threads) thread.join();
  }

  ApplyReport finish() {
    for (const Action& action : report_.actions) {
      if (report_.outcomes[action.id].state == ActionState::not_attempted) progress_.skipped(action);
    }
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::size_t size() const { return report_.actions.size(); }

  void release(std::size_t id) { (is_wait(report_.actions[id]) ? waits_ : calls_).insert(id); }

  void work(std::set<std::size_t>& ready) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !ready.empty() || settled_count_ == size(); });
      if (ready.empty()) return;
      const std::size_t id = *ready.begin();
      ready.erase(ready.begin());
      lock.unlock();
      perform(id);
      lock.lock();
    }
  }

  void perform(std::size_t id) {
    const Action& action = report_.actions[id];
    if (progress_.cancelled()) return settle(id, {});
    progress_.started(action);
    auto result = provider_.execute(action, bindings_, progress_);
    ActionOutcome outcome;
    if (result) {
      outcome = {.state = ActionState::done, .result = *result, .error = std::nullopt};
      const bool made = action.verb == Verb::create || action.verb == Verb::register_revision || action.verb == Verb::update || action.verb == Verb::redeploy;
      if (made && !result->arn.empty()) {
        bindings_.set(action.address, {.arn = result->arn, .name = result->name, .deployment = result->deployment});
      }
      progress_.done(action, *result);
    } else {
      outcome = {.state = ActionState::failed, .result = {}, .error = result.error()};
      progress_.failed(action, result.error());
    }
    settle(id, std::move(outcome));
  }

  /// Records what became of an action: frees its followers when it is done, else gives them up.
  void settle(std::size_t id, ActionOutcome outcome) {
    const std::lock_guard lock(mutex_);
    const bool done = outcome.state == ActionState::done;
    const bool failed = outcome.state == ActionState::failed;
    if (outcome.state == ActionState::not_attempted || (failed && outcome.error->code == kInterrupted)) report_.interrupted = true;
    report_.outcomes[id] = std::move(outcome);
    if (done) {
      mark(id);
      for (const std::size_t follower : followers_[id]) {
        if (--missing_[follower] == 0) release(follower);
      }
    } else {
      give_up(id);
    }
    changed_.notify_all();
  }

  void mark(std::size_t id) {
    if (!settled_[id]) ++settled_count_;
    settled_[id] = true;
  }

  void give_up(std::size_t id) {
    std::vector<std::size_t> open = {id};
    while (!open.empty()) {
      const std::size_t next = open.back();
      open.pop_back();
      if (settled_[next]) continue;
      mark(next);
      for (const std::size_t follower : followers_[next]) open.push_back(follower);
    }
  }

  Bindings& bindings_;
  Provider& provider_;
  Progress& progress_;
  ApplyReport report_;
  std::vector<std::vector<std::size_t>> followers_;
  std::mutex mutex_;  ///< guards everything below, and outcomes
  std::condition_variable changed_;
  std::vector<std::size_t> missing_;
  std::vector<bool> settled_;
  std::size_t settled_count_ = 0;
  std::set<std::size_t> calls_;
  std::set<std::size_t> waits_;
};

}  // namespace

bool ApplyReport::ok() const { return !interrupted && count(ActionState::done) == outcomes.size(); }

std::size_t ApplyReport::count(ActionState state) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [&](const ActionOutcome& outcome) { return outcome.state == state; }));
}

int ApplyReport::exit_code() const {
  constexpr int kFailedCode = 1;
  constexpr int kRolledBackCode = 5;
  constexpr int kTimedOutCode = 6;
  constexpr int kInterruptedCode = 130;
  if (interrupted) return kInterruptedCode;
  bool rolled_back = false;
  bool timed_out = false;
  for (const ActionOutcome& outcome : outcomes) {
    if (!outcome.error) continue;
    rolled_back = rolled_back || outcome.error->code == kRolledBack;
    timed_out = timed_out || outcome.error->code == kTimedOut;
    if (outcome.error->code != kRolledBack && outcome.error->code != kTimedOut) return kFailedCode;
  }
  if (rolled_back) return kRolledBackCode;
  return timed_out ? kTimedOutCode : 0;
}

ApplyReport apply(std::vector<Action> actions, Bindings& bindings, Provider& provider, Progress& progress, const ApplyOptions& options) {
  SerialProgress serial(progress);
  Run run(std::move(actions), bindings, provider, serial);
  options.parallelism <= 1 ? run.in_order() : run.in_parallel(options.parallelism);
  return run.finish();
}

}  // namespace berth::plan
