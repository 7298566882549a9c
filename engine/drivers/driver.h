#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace berth::engine {

/// Container port published on the host. `host_port` 0 asks for a free one.
struct PortRequest {
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  std::string protocol = "tcp";
  bool operator==(const PortRequest&) const = default;
};

/// A port that is published, as the runtime reports it.
struct PortBinding {
  std::string bind_ip;
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  std::string protocol = "tcp";
  bool operator==(const PortBinding&) const = default;
};

struct HealthCheckSpec {
  std::vector<std::string> command;  ///< as in the task definition: first item CMD or CMD-SHELL
  Milliseconds interval{30'000};
  Milliseconds timeout{5'000};
  Milliseconds start_period{0};
  int retries = 3;
  bool operator==(const HealthCheckSpec&) const = default;
};

struct UlimitSpec {
  std::string name;
  std::int64_t soft = 0;
  std::int64_t hard = 0;
  bool operator==(const UlimitSpec&) const = default;
};

/// A directory of the host or a volume, mounted into a container.
struct MountSpec {
  enum class Kind { host_path, volume } kind = Kind::host_path;
  std::string source;  ///< path, or the volume's name in the runtime
  std::string target;
  bool read_only = false;
  // Of a volume:
  bool task_scoped = false;  ///< it ends with its task; others stay
  bool must_exist = false;   ///< it is not made by mounting it
  std::string driver;
  std::map<std::string, std::string> driver_options;
  std::map<std::string, std::string> labels;
  bool operator==(const MountSpec&) const = default;
};

struct DeviceSpec {
  std::string host_path;
  std::string container_path;
  std::string permissions = "rwm";
  bool operator==(const DeviceSpec&) const = default;
};

enum class NetworkMode { bridge, awsvpc, host, none };
/// Whose processes, or System V and POSIX IPC objects, a container sees.
enum class NamespaceMode { own, task, host, none };

/// What a task's containers share; the same in the specs of all of them.
struct SandboxSpec {
  bool network = false;  ///< an address of their own (awsvpc)
  std::map<std::string, std::string> sysctls;
  std::vector<std::string> dns_servers;
  std::vector<std::string> dns_search_domains;
  std::optional<std::int64_t> shm_bytes;
  bool operator==(const SandboxSpec&) const = default;
};

/// Everything the runtime must know to make one container; complete, so that creating is idempotent by `name`.
struct ContainerSpec {
  std::string name;       ///< runtime name, unique on this machine and a function of task and container
  std::string task_id;    ///< 32 hex digits
  std::string container;  ///< name in the task definition
  std::string image;
  std::string image_digest;  ///< what `image` stands for here; "": whatever it stands for now
  std::vector<std::string> entrypoint;
  std::optional<std::vector<std::string>> command;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> labels;
  std::string user;
  std::string working_directory;
  NetworkMode network_mode = NetworkMode::bridge;
  std::vector<PortRequest> ports;
  std::string bind_ip = "127.0.0.1";  ///< where they are published
  std::int64_t cpu_shares = 0;                  ///< relative weight; 0 = runtime's default
  std::optional<std::int64_t> cpu_quota_units;  ///< hard ceiling in CPU units (1024 = one core)
  std::optional<std::int64_t> memory_bytes;     ///< hard limit
  std::optional<std::int64_t> memory_reservation_bytes;
  std::optional<HealthCheckSpec> health_check;
  bool init_process = false;  ///< an init as pid 1 that forwards signals and reaps
  bool read_only_root = false;
  bool privileged = false;
  std::string hostname;
  std::vector<UlimitSpec> ulimits;
  std::vector<std::string> capabilities_add;
  std::vector<std::string> capabilities_drop;
  std::vector<std::string> extra_hosts;  ///< "name:address"
  std::vector<std::string> dns_servers;
  std::vector<std::string> dns_search_domains;
  std::vector<std::string> links;         ///< "runtime name:alias", network mode bridge only
  std::vector<MountSpec> mounts;
  std::vector<std::string> volumes_from;  ///< "runtime name" or "runtime name:ro"
  std::vector<DeviceSpec> devices;
  std::map<std::string, std::string> tmpfs;  ///< by path: mount options
  std::optional<std::int64_t> shm_bytes;
  std::optional<std::int64_t> swap_bytes;  ///< beyond the memory limit; needs one
  std::optional<std::int64_t> swappiness;
  std::map<std::string, std::string> sysctls;
  std::vector<std::string> security_options;  ///< as Docker spells them
  bool open_stdin = false;
  bool terminal = false;
  NamespaceMode pid_mode = NamespaceMode::own;
  NamespaceMode ipc_mode = NamespaceMode::own;
  SandboxSpec sandbox;
  bool operator==(const ContainerSpec&) const = default;
};

/// A run of a health check.
struct HealthCheckRun {
  int exit_code = 0;
  std::string output;
  std::optional<Timestamp> at;
  bool operator==(const HealthCheckRun&) const = default;
};

/// What the runtime says of one container.
struct ContainerState {
  std::string name;
  std::string runtime_id;
  std::string task_id;
  std::string container;
  enum class Phase { created, running, exited } phase = Phase::created;
  std::optional<std::int64_t> exit_code;
  bool out_of_memory = false;
  std::string health;  ///< "", "starting", "healthy", "unhealthy"
  std::optional<HealthCheckRun> failed_check;  ///< the newest run of the check that failed
  std::string image_digest;
  std::vector<PortBinding> ports;
  std::string private_ip;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  bool operator==(const ContainerState&) const = default;
};

enum class OperationKind { pull, create, start, stop, remove };
/// "pull", "create" …
[[nodiscard]] const char* to_string(OperationKind kind);

/// One thing to do to one container. `id` is the caller's and comes back in the completion.
struct Operation {
  std::uint64_t id = 0;
  OperationKind kind = OperationKind::create;
  ContainerSpec spec;  ///< pull: image and its digest only; stop, remove: name and task_id only
  Milliseconds stop_timeout{30'000};
};

/// The outcome of an Operation. `error.code` is ECS's name (CannotPullContainerError, CannotCreateContainerError,
/// CannotStartContainerError, CannotStopContainerError, DockerTimeoutError …), `error.message` the detail.
struct Completion {
  std::uint64_t id = 0;
  OperationKind kind = OperationKind::create;
  std::string name;
  std::string task_id;
  std::string container;
  std::optional<Error> error;
  std::optional<ContainerState> state;  ///< after create, start and stop
  std::string image_digest;             ///< after pull
};

/// A container changed by itself (exited, turned healthy, was killed). `state` is complete; `gone` says that the container no
/// longer exists.
struct ContainerEvent {
  ContainerState state;
  bool gone = false;
};

struct LogLine {
  Timestamp time;
  std::string stream;  ///< "stdout" or "stderr"
  std::string text;    ///< without the line ending
};

struct LogQuery {
  std::string name;  ///< container
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
  std::size_t limit = 10'000;  ///< newest lines win
};

/// What this machine can not give to containers. Empty: nothing is known that it refuses.
struct HostLimits {
  /// The most for a ulimit, by its name ("nofile").
  std::map<std::string, std::int64_t> ulimits;
  /// Without "CAP_".
  std::set<std::string> missing_capabilities;
  std::set<std::string> granted_capabilities;
  /// What its control groups can't bound: "memory", "swap", "swappiness", "cpu".
  std::set<std::string> missing_controls;
  bool operator==(const HostLimits&) const = default;
};

/// What this machine offers.
struct Capacity {
  std::int64_t cpu_units = 0;
  std::int64_t memory_mib = 0;
  /// Null: nothing is known that it refuses.
  std::shared_ptr<const HostLimits> host{};
};

/// The port to a container runtime. Nothing here waits: operations are accepted and run elsewhere; their outcomes and the
/// runtime's events are taken with `poll`. Operations on one container are carried out in the order they were submitted, those on
/// different containers in parallel.
///
/// Every container of ours carries labels that name engine and task, so that a new process can adopt it: after a crash the engine
/// calls `list` and continues from what really is there. All operations are idempotent: creating a container that exists adopts
/// it, starting a running one, stopping a stopped one and removing a missing one succeed.
class ContainerDriver {
 public:
  virtual ~ContainerDriver() = default;
  virtual void submit(Operation operation) = 0;
  /// Outcomes and events since the last call, in order of occurrence. Never blocks.
  struct News {
    std::vector<Completion> completions;
    std::vector<ContainerEvent> events;
    /// The event stream was interrupted or has just begun: containers may have changed unseen, call `list`.
    bool resync = false;
  };
  [[nodiscard]] virtual News poll() = 0;
  /// All containers of this engine, running or not. Blocks briefly; called at start and when `resync` is set.
  [[nodiscard]] virtual Result<std::vector<ContainerState>> list() = 0;
  /// Output of a container that still exists. Thread-safe; blocks; called from a worker, never from the engine's own thread.
  [[nodiscard]] virtual Result<std::vector<LogLine>> logs(const LogQuery& query) = 0;
  [[nodiscard]] virtual Capacity capacity() const = 0;
  /// `wake` is called whenever `poll` has something new: from any thread, also from inside `submit`, so it may only schedule
  /// work.
  virtual void on_news(std::function<void()> wake) = 0;
  /// For runtimes that live on the caller's clock (the fake): the time is now `now`. Called at the begin of every step.
  virtual void tick(Timestamp /*now*/) {}
  /// The engine ends: calls that wait for the runtime fail soon, and what was submitted may be left undone; its outcome is of no interest any
  /// more. Thread-safe.
  virtual void abandon() {}
  /// When `tick` is next needed; nothing for runtimes that call `wake` by themselves.
  [[nodiscard]] virtual std::optional<Timestamp> next_tick() const { return std::nullopt; }
};

}  // namespace berth::engine
