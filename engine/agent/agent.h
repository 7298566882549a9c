#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/control/work_queue.h"
#include "engine/drivers/driver.h"
#include "engine/store/store.h"
#include "scheduler/transitions.h"

namespace berth::engine {

struct AgentOptions {
  /// Containers of a stopped task are removed as soon as their last lines are in the store.
  scheduler::TransitionOptions transitions{.remove_after = Milliseconds(0)};
  /// Injected as AWS_REGION.
  std::string region = "us-east-1";
  /// How often the runtime is compared with the store although nothing was lost that we know of.
  Milliseconds resync_every = std::chrono::seconds(60);
  /// What is kept of a container's output: its newest lines, at most so many and so many bytes.
  std::size_t tail_lines = 10'000;
  std::size_t tail_bytes = 1 << 20;
  /// What is kept of all containers that are gone, together; the oldest goes first.
  std::int64_t kept_output_bytes = std::int64_t{256} << 20;
};

/// Makes the runtime what the store says, and the store what the runtime reports: for each task that needs it, the scheduler's
/// next actions are noted in the task's document, committed, and handed to the driver; outcomes and events come back as reports
/// to scheduler::apply.
///
/// The only writer of what is known of containers. Crash-only: the first step forgets what was in flight, asks the driver what is
/// there, adopts the containers of live tasks and removes those of nobody. Belongs to the engine's one thread; time comes in.
class Agent {
 public:
  /// Runs work that blocks somewhere else (or at once, in tests). The driver must outlive what was given to it.
  using Blocking = std::function<void(std::function<void()>)>;

  Agent(Store& store, ContainerDriver& driver, Blocking blocking, AgentOptions options = {});

  /// Looks at a task in the next step: it is new, or it was told to stop.
  void add(const std::string& task_id, Timestamp now) { due_.add(task_id, now); }
  /// Forgets what it waits for: looks at every task and at the runtime in the next step. For a clock that was set back.
  void look_again(Timestamp now);
  /// Does everything that can be done at `now`. True when a task changed. Nothing is lost when the store or the driver fails: it
  /// is tried again.
  bool step(Timestamp now);
  /// When `step` is next needed although nothing is reported.
  [[nodiscard]] std::optional<Timestamp> next_wake() const;
  /// `wake` is called from any thread when `step` has something new to take; it may only schedule.
  void on_news(std::function<void()> wake);

 private:
  /// An action handed to the driver, by operation id.
  struct InFlight {
    std::string task_id;
    std::string container;
  };
  /// The last lines of a container that is about to be removed.
  struct TailRead {
    std::uint64_t operation = 0;
    ContainerSpec spec;
    Result<std::vector<LogLine>> lines;
  };
  using News = std::variant<Completion, ContainerEvent, TailRead>;
  using Listed = Result<std::vector<ContainerState>>;
  /// Where other threads leave what they read.
  struct Inbox {
    std::mutex mutex;
    std::vector<TailRead> reads;
    std::optional<Listed> listed;
    std::function<void()> wake;
  };

  void collect();
  [[nodiscard]] bool has_work(Timestamp now) const;
  /// An operation that failed before the driver saw it.
  void fail(std::uint64_t operation, OperationKind kind, const ContainerSpec& spec, const Error& error);
  /// Takes the news and plans what is due, in one transaction, then hands the new operations on. Whether a task changed.
  bool advance(Timestamp now);
  void take(const Completion& completion, Timestamp now);
  /// Whether a pulled image is the one that the task's deployment runs. The first task of a deployment to have an image decides for all.
  bool agrees(const Completion& completion, const scheduler::Task& task);
  /// The digest by which the container's image is known in the task's deployment; "" when none is yet, or each task may have its own.
  [[nodiscard]] std::string pinned_image(const scheduler::Task& task, const std::string& container) const;
  void take(const ContainerEvent& event, Timestamp now);
  void take(const TailRead& read, Timestamp now);
  void apply(const std::string& task_id, const std::vector<scheduler::ContainerObservation>& observations, Timestamp now);

  /// Whether it changed the task.
  bool plan_task(const std::string& task_id, Timestamp now);
  void plan_action(const scheduler::Task& task, const scheduler::ContainerAction& action);
  void carry_out(Operation operation, bool ran);
  void read_tail(const Operation& operation);

  /// Asks the runtime elsewhere: it may take long, or hang.
  void begin_resync();
  bool finish_resync(const Listed& listed, Timestamp now);
  bool compare(const Ref<scheduler::Task>& task, const std::map<std::string, ContainerState>& by_name, Timestamp now);
  void remove_strangers(const std::map<std::string, ContainerState>& by_name, const std::set<std::string>& known);
  void submit_untracked(OperationKind kind, const ContainerState& state);
  /// Commits, or undoes and remembers to try again.
  bool commit(Store::Transaction& transaction, Timestamp now);

  Store& store_;
  ContainerDriver& driver_;
  Blocking blocking_;
  const AgentOptions options_;

  WorkQueue<std::string> due_;
  std::deque<News> news_;
  std::map<std::uint64_t, InFlight> in_flight_;
  /// Containers of nobody that are being removed, by name.
  std::set<std::string> strangers_;
  std::uint64_t last_operation_ = 0;
  bool recovered_ = false;
  bool resync_wanted_ = true;
  bool listing_ = false;
  /// Tasks that something was done to, or heard of, since the list was asked for: it may be older than that.
  std::set<std::string> newer_than_list_;
  std::optional<Listed> listed_;
  Timestamp next_resync_{};
  /// After a failure of the store or of `list`: nothing before this.
  std::optional<Timestamp> retry_at_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();

  // What the current transaction decided; done after its commit.
  struct Planned {
    Operation operation;
    bool ran = false;  ///< the container has output that may be kept
  };
  std::vector<Planned> planned_;
};

}  // namespace berth::engine
