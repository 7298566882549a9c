#include "providers/ecs/await.h"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "providers/ecs/failure_report.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

/// An engine that is restarted answers again soon; one that does not within this time is not coming back.
constexpr Milliseconds kUnreachableLimit{30'000};

/// The pauses between looks, and the moment to give up: when nothing advanced for the whole timeout.
class Patience {
 public:
  Patience(WaitingClock& clock, const AwaitOptions& options)
      : clock_(clock), options_(options), deadline_(clock.now() + options.timeout), pause_(options.first_pause) {}

  /// Takes note of how far it is; more than ever before is a reason to wait on.
  void note(std::int64_t advance) {
    if (advance <= furthest_) return;
    furthest_ = advance;
    deadline_ = clock_.now() + options_.timeout;
    pause_ = options_.first_pause;
  }
  /// True when a failed look may be repeated: the connection was lost, and not for long.
  bool wait_out(const Error& error) {
    if (!error.retryable) return false;
    if (!unreachable_since_) unreachable_since_ = clock_.now();
    return clock_.now() - *unreachable_since_ < kUnreachableLimit;
  }
  void reached() { unreachable_since_.reset(); }
  [[nodiscard]] bool exhausted() const { return clock_.now() >= deadline_; }
  /// False when the user wants to stop.
  bool pause() {
    const Milliseconds left = std::chrono::duration_cast<Milliseconds>(deadline_ - clock_.now());
    const bool go_on = clock_.wait(std::clamp(pause_, Milliseconds(1), std::max(left, Milliseconds(1))));
    pause_ = std::min(pause_ * 3 / 2, options_.longest_pause);
    return go_on;
  }

 private:
  WaitingClock& clock_;
  const AwaitOptions& options_;
  Timestamp deadline_;
  Milliseconds pause_;
  std::int64_t furthest_ = std::numeric_limits<std::int64_t>::min();
  std::optional<Timestamp> unreachable_since_;
};

/// The service's description; nothing when there is none.
Result<std::optional<Json>> describe(EcsClient& client, const ServiceId& id) {
  BERTH_TRY(answer, client.call("DescribeServices", {{"cluster", id.cluster}, {"services", Json::array({id.service})}}));
  const Json& services = list_at(answer, "services");
  if (services.empty()) return std::optional<Json>();
  return std::optional<Json>(services.front());
}

/// "summary\n  line\n  line": what happened first, then what is known about it.
std::string with_details(std::string summary, const std::string& details) {
  std::size_t begin = 0;
  while (begin < details.size()) {
    const std::size_t end = std::min(details.find('\n', begin), details.size());
    summary += "\n  " + details.substr(begin, end - begin);
    begin = end + 1;
  }
  return summary;
}

std::string code_of(RolloutState state) {
  switch (state) {
    case RolloutState::rolled_back: return std::string(plan::kRolledBack);
    case RolloutState::superseded: return "superseded";
    case RolloutState::gone: return "ServiceNotActiveException";
    default: return "deployment-failed";
  }
}

std::string headline(RolloutState state, const std::string& reason) {
  switch (state) {
    case RolloutState::rolled_back: return "the deployment was rolled back: " + reason;
    case RolloutState::superseded: return reason;
    case RolloutState::gone: return reason;
    default: return "the deployment failed: " + reason;
  }
}

Error interrupted() { return {std::string(plan::kInterrupted), "stopped waiting; the engine goes on with the deployment"}; }

/// describe(), again while the connection is lost.
Result<std::optional<Json>> look(EcsClient& client, const ServiceId& id, Patience& patience) {
  for (;;) {
    auto described = describe(client, id);
    if (described) {
      patience.reached();
      return described;
    }
    if (!patience.wait_out(described.error())) return described.error();
    if (!patience.pause()) return interrupted();
  }
}

}  // namespace

Result<void> await_stable(EcsClient& client, WaitingClock& clock, const ServiceId& id, const Expected& expected, const AwaitOptions& options,
                          const plan::Action& action, plan::Progress& progress) {
  Patience patience(clock, options);
  std::optional<plan::ServiceProgress> shown;
  for (;;) {
    if (progress.cancelled()) return interrupted();
    BERTH_TRY(service, look(client, id, patience));
    if (!service) return Error{"ServiceNotFoundException", "the service is not there any more"};
    const Rollout rollout = judge_rollout(*service, expected);
    if (shown != rollout.progress) {
      progress.advanced(action, rollout.progress);
      shown = rollout.progress;
    }
    if (rollout.state == RolloutState::stable) return {};
    if (rollout.state != RolloutState::waiting) {
      const std::string details = rollout.state == RolloutState::superseded ? "" : why_tasks_fail(client, *service, expected.task_definition);
      return Error{code_of(rollout.state), with_details(headline(rollout.state, rollout.reason), details)};
    }
    patience.note(rollout.advance);
    if (patience.exhausted()) {
      const std::string summary = fmt::format("timed out: {} of {} tasks of the deployment run, waiting for {}; nothing moved for {}", rollout.progress.running,
                                              rollout.progress.desired, rollout.progress.awaiting, format_duration(options.timeout));
      return Error{std::string(plan::kTimedOut), with_details(summary, why_tasks_fail(client, *service, expected.task_definition))};
    }
    if (!patience.pause()) return interrupted();
  }
}

Result<void> await_gone(EcsClient& client, WaitingClock& clock, const ServiceId& id, const AwaitOptions& options, const plan::Action& action,
                        plan::Progress& progress) {
  Patience patience(clock, options);
  std::optional<plan::ServiceProgress> shown;
  for (;;) {
    if (progress.cancelled()) return interrupted();
    auto described = look(client, id, patience);
    if (!described && described.error().code == "ClusterNotFoundException") return {};
    if (!described) return described.error();
    if (!*described || text_at(**described, "status") == "INACTIVE") return {};
    const Json& service = **described;
    const plan::ServiceProgress now{.running = static_cast<int>(number_at(service, "runningCount")),
                                    .desired = 0,
                                    .pending = static_cast<int>(number_at(service, "pendingCount")),
                                    .failed = 0,
                                    .awaiting = "its tasks to stop"};
    if (shown != now) {
      progress.advanced(action, now);
      shown = now;
    }
    patience.note(-(now.running + now.pending));
    if (patience.exhausted()) {
      return Error{std::string(plan::kTimedOut),
                   fmt::format("timed out: {} tasks still run; nothing moved for {}", now.running, format_duration(options.timeout))};
    }
    if (!patience.pause()) return interrupted();
  }
}

}  // namespace berth::provider
