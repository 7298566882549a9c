#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/drivers/driver.h"
#include "engine/drivers/fake_script.h"

namespace berth::engine {

/// The machine that fake containers live on. It outlives drivers and engines, as a real container runtime does: a test keeps one
/// world, destroys the engine at any moment and starts another on it. Deterministic: nothing happens between two calls of
/// `advance` but what callers do, and things due at the same time happen in the order they were scheduled. Thread-safe.
class FakeWorld {
 public:
  explicit FakeWorld(Timestamp now = Timestamp(std::chrono::seconds(1'700'000'000)));

  /// Lets time pass until `now` (never back) and carries out everything that is due on the way.
  void advance(Timestamp now);
  [[nodiscard]] Timestamp now() const;
  /// When something happens by itself next.
  [[nodiscard]] std::optional<Timestamp> next_due() const;

  /// Containers made from now on whose image or container name (in the task definition) is `what` behave so, whatever they bring
  /// along.
  void script(const std::string& what, FakeScript script);
  /// Of a failure that is injected: whether the operation had its effect nevertheless, as after a time-out.
  enum class Effect { none, takes_place };
  /// The next `times` operations of this kind fail with `error`; `container` (name in the task definition, "" = any) narrows it.
  void fail_next(OperationKind kind, Error error, int times = 1, const std::string& container = "", Effect effect = Effect::none);
  /// The next `times` calls of `list` fail.
  void fail_lists(int times);
  /// Nothing that was injected fails any more.
  void stop_failing();
  /// Events are lost until `restore_events`, which makes the driver ask for a resync.
  void lose_events();
  void restore_events();
  [[nodiscard]] Capacity capacity() const;
  void set_capacity(Capacity capacity);
  /// Somebody sets this machine's clock, forward or back: nothing happens, and what is due stays as far away as it was.
  void set_clock(Timestamp now);

  /// From outside of the engine: `docker kill`, `docker rm -f`, a probe's result, a container of this engine that nobody asked
  /// for. `name` is the runtime name. An unknown name is a broken test and ends the process.
  void kill(const std::string& name, int exit_code = 137, bool out_of_memory = false);
  void vanish(const std::string& name);
  /// From now on the image's tag stands for this digest.
  void move_tag(const std::string& image, const std::string& digest);
  void set_health(const std::string& name, const std::string& health);
  void write_line(const std::string& name, const std::string& text);
  void put(ContainerSpec spec, ContainerState::Phase phase);
  /// The whole machine went down and up again: every container has exited with 137 unless it had exited before. Nobody is told.
  void reboot();

  /// By runtime name.
  [[nodiscard]] std::vector<ContainerState> containers() const;
  [[nodiscard]] std::optional<ContainerState> find(const std::string& name) const;
  /// The containers of one task, by runtime name.
  [[nodiscard]] std::vector<ContainerState> containers_of(const std::string& task_id) const;
  [[nodiscard]] std::optional<ContainerSpec> spec_of(const std::string& name) const;
  /// Everything that was begun: "pull web", "create web", "start web", "stop web", "remove web" with names of the task
  /// definition, and what happened by itself: "exit web 1".
  [[nodiscard]] std::vector<std::string> journal() const;
  void clear_journal();

  /// What happens to operations that were begun when the driver is destroyed. Those still queued are always forgotten.
  enum class AtCrash { finish, forget };
  void at_crash(AtCrash what);

 private:
  friend class FakeDriver;

  struct Container {
    ContainerSpec spec;
    ContainerState state;
    FakeScript script;
    std::vector<LogLine> output;
    int starts = 0;  ///< timers of an earlier run are void
  };
  struct Failure {
    OperationKind kind;
    Error error;
    int times;
    std::string container;
    Effect effect;
  };
  struct Lane {
    std::deque<Operation> queue;
    bool busy = false;
  };

  // For FakeDriver; attached drivers are numbered, so that outcomes for a dead one go nowhere.
  std::uint64_t attach();
  void detach();
  void submit(Operation operation);
  [[nodiscard]] ContainerDriver::News take_news();
  void set_wake(std::function<void()> wake);
  [[nodiscard]] Result<std::vector<ContainerState>> list();
  [[nodiscard]] Result<std::vector<LogLine>> read_logs(const LogQuery& query) const;

  // All of the following run with the lock held.
  void schedule(Milliseconds after, std::function<void()> action);
  void settle(Timestamp until);
  void begin_next(const std::string& lane);
  void begin(Operation operation);
  void finish(const Operation& operation, std::optional<Error> error);
  /// Carries the effect out when `delay` has passed and finishes the operation; a driver that is gone by then hears nothing.
  void finish_after(Milliseconds delay, const Operation& operation, std::function<std::optional<Error>()> effect);
  /// The failure that is injected for this operation, if any.
  std::optional<Failure> injected(const Operation& operation);
  /// The operation without anything injected.
  void carry_out(const Operation& operation);
  [[nodiscard]] FakeScript script_of(const ContainerSpec& spec, std::optional<Error>& error) const;
  void begin_pull(const Operation& operation);
  void begin_create(const Operation& operation);
  void begin_start(const Operation& operation);
  void begin_stop(const Operation& operation);
  void begin_remove(const Operation& operation);
  std::optional<Error> do_create(const ContainerSpec& spec);
  std::optional<Error> do_start(const std::string& name);
  std::optional<Error> bind_ports(Container& container);
  [[nodiscard]] bool port_is_taken(const std::string& address, std::uint16_t port) const;
  /// Whether its health is another now.
  bool turn(Container& container, const std::string& health) const;
  /// What the image stands for now, unless the spec says it.
  [[nodiscard]] std::string digest_of(const ContainerSpec& spec) const;
  void start_timers(const std::string& name, Container& container);
  void exit(const std::string& name, int exit_code, bool out_of_memory);
  void tell(const Container& container, bool gone = false);
  Container& must_find(const std::string& name);
  /// Runs `change` under the lock, then wakes the driver's owner when there is news.
  void change_world(const std::function<void()>& change);

  mutable std::mutex mutex_;
  Timestamp now_;
  std::map<std::pair<Timestamp, std::uint64_t>, std::function<void()>> due_;
  std::uint64_t sequence_ = 0;
  std::map<std::string, Container> containers_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, FakeScript> scripts_;
  std::map<std::string, std::string> digests_;
  std::vector<Failure> failures_;
  std::map<std::string, std::string> task_addresses_;
  std::vector<std::string> journal_;
  Capacity capacity_{.cpu_units = 4096, .memory_mib = 16'384};
  AtCrash at_crash_ = AtCrash::finish;
  std::uint64_t driver_ = 0;  ///< 0: none attached
  std::uint64_t drivers_ = 0;
  bool events_lost_ = false;
  int failing_lists_ = 0;
  /// Operations that end with this error although they take place, by id.
  std::map<std::uint64_t, Error> disguised_;
  ContainerDriver::News news_;
  std::function<void()> wake_;
  int addresses_ = 0;
  int ids_ = 0;
};

}  // namespace berth::engine
