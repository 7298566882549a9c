#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/store/records.h"
#include "scheduler/model/instance.h"
#include "scheduler/model/service.h"
#include "scheduler/model/task.h"
#include "scheduler/placement.h"

namespace berth::engine {

/// Thrown by a commit that Store::fail_at chose: the process "dies" here. For tests only.
class CrashPoint : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "crash point"; }
};

/// Everything the engine remembers, durable in one SQLite file (WAL, synchronous=FULL): after `Transaction::commit` returned success, a
/// kill -9 or a power cut loses nothing. Live services, tasks and instances are also held in memory, so that reading them costs no I/O; the
/// store is the only writer, and `open` rebuilds that memory from the file.
///
/// Not thread-safe: it belongs to the engine's one thread. Every `put_*` and `remove_*` must happen inside a transaction; reads see the changes
/// of the open transaction at once. A failing statement does not throw: the transaction remembers it, and `commit` returns the error.
class Store {
 public:
  struct Options {
    std::string path = ":memory:";
    /// False only in tests: no fsync.
    bool durable = true;
  };
  /// Opens or creates, and migrates forward. Errors: code "store" with SQLite's reason, or a file that a newer berth wrote.
  static Result<std::unique_ptr<Store>> open(const Options& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// One atomic change; destroyed without a successful `commit` it is undone, in memory too. There is at most one at a time.
  class Transaction {
   public:
    explicit Transaction(Store& store);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// Makes the changes durable. On error nothing of the transaction has happened. Committing nothing costs nothing.
    Result<void> commit();

   private:
    Store& store_;
    bool open_ = true;
  };

  /// Made once, when the file is created: 12 hexadecimal digits that name this engine in labels and networks.
  [[nodiscard]] const std::string& engine_id() const;

  // ---- clusters ----
  [[nodiscard]] Ref<Cluster> cluster(const std::string& name) const;
  /// Names of ACTIVE clusters after `after`, by name.
  [[nodiscard]] std::vector<std::string> active_clusters(const std::string& after, std::size_t limit) const;
  [[nodiscard]] TaskCounts cluster_task_counts(const std::string& cluster) const;
  /// Services that are ACTIVE, and those that are DRAINING.
  struct ServiceCounts {
    std::int64_t active = 0;
    std::int64_t draining = 0;
  };
  [[nodiscard]] ServiceCounts cluster_service_counts(const std::string& cluster) const;
  void put_cluster(const Cluster& cluster);

  // ---- task definitions ----
  [[nodiscard]] Ref<TaskDefinitionRecord> task_definition(const std::string& family, std::int64_t revision) const;
  /// By the ARN; also what services and tasks refer to.
  [[nodiscard]] Ref<TaskDefinitionRecord> task_definition(const std::string& arn) const;
  /// The newest ACTIVE revision.
  [[nodiscard]] std::optional<std::int64_t> latest_active_revision(const std::string& family) const;
  /// 1 for a new family; a number is never given twice, even after deletion. Changes the store.
  std::int64_t next_revision(const std::string& family);
  struct DefinitionKey {
    std::string family;
    std::int64_t revision = 0;
  };
  struct DefinitionFilter {
    std::optional<std::string> family{};
    std::string status = "ACTIVE";
    bool descending = false;
    std::optional<DefinitionKey> after{};
    std::size_t limit = 100;
  };
  /// By family, then revision.
  [[nodiscard]] std::vector<DefinitionKey> list_task_definitions(const DefinitionFilter& filter) const;
  /// Families with a prefix: those with an ACTIVE revision, those without, or all.
  [[nodiscard]] std::vector<std::string> list_families(const std::string& prefix, const std::string& status, const std::string& after,
                                                       std::size_t limit) const;
  void put_task_definition(const TaskDefinitionRecord& record);

  // ---- services ----
  /// INACTIVE ones too, until they are purged.
  [[nodiscard]] Ref<scheduler::Service> service(const ServiceKey& key) const;
  /// Names of the ACTIVE services of a cluster after `after`, by name.
  [[nodiscard]] std::vector<std::string> active_services(const std::string& cluster, const std::string& after, std::size_t limit) const;
  /// Every service that is not INACTIVE.
  [[nodiscard]] std::vector<ServiceKey> live_services() const;
  void put_service(const scheduler::Service& service);
  /// Forgets services that are INACTIVE since before `before`.
  void prune_services(Timestamp before);

  // ---- tasks ----
  [[nodiscard]] Ref<scheduler::Task> task(const std::string& id) const;
  /// Tasks that somebody still has to do something about: not STOPPED, or with containers that are not yet removed, or (service tasks) not yet
  /// accounted by the scheduler. By id.
  [[nodiscard]] std::vector<Ref<scheduler::Task>> live_tasks() const;
  /// Live tasks of a service in the order of their creation: what reconcile wants to see (and stopped ones whose containers remain).
  [[nodiscard]] std::vector<Ref<scheduler::Task>> live_tasks_of(const ServiceKey& key) const;
  [[nodiscard]] TaskCounts service_task_counts(const ServiceKey& key) const;
  struct TaskFilter {
    std::string cluster;
    std::optional<std::string> service{};
    std::optional<std::string> family{};
    std::optional<std::string> started_by{};
    std::optional<std::string> instance_id{};
    std::optional<std::string> launch_type{};
    std::string desired_status = "RUNNING";
    std::string after{};
    std::size_t limit = 100;
  };
  /// Ids, ascending.
  [[nodiscard]] std::vector<std::string> list_tasks(const TaskFilter& filter) const;
  void put_task(const scheduler::Task& task);
  /// Forgets stopped tasks, their logs and streams: those stopped before `before`, and the oldest of more than `keep`.
  void prune_stopped_tasks(Timestamp before, std::size_t keep);

  // ---- container instances ----
  [[nodiscard]] Ref<scheduler::Instance> instance(const std::string& id) const;
  /// Of a cluster, INACTIVE ones too, by id.
  [[nodiscard]] std::vector<Ref<scheduler::Instance>> instances(const std::string& cluster) const;
  void put_instance(const scheduler::Instance& instance);
  /// What all tasks of this machine take, over all clusters: tasks not STOPPED and not told to stop. Those on simulated instances and on
  /// Fargate do not count.
  [[nodiscard]] const scheduler::Resources& reserved() const;
  /// The instance with what is taken of it: of this machine, by all clusters; of a simulated one, by its own tasks.
  [[nodiscard]] scheduler::InstanceLoad load_of(const scheduler::Instance& instance) const;
  [[nodiscard]] TaskCounts instance_task_counts(const std::string& instance_id) const;

  // ---- small documents: "capacity-provider", "setting" ----
  [[nodiscard]] std::optional<Json> document(const std::string& kind, const std::string& name) const;
  /// By name.
  [[nodiscard]] std::map<std::string, Json> documents(const std::string& kind) const;
  void put_document(const std::string& kind, const std::string& name, const Json& document);
  void remove_document(const std::string& kind, const std::string& name);

  // ---- idempotency ----
  /// `scope` is operation and cluster.
  [[nodiscard]] std::optional<TokenRecord> token(const std::string& scope, const std::string& token) const;
  void put_token(const std::string& scope, const std::string& token, const TokenRecord& record, Timestamp now);
  void prune_tokens(Timestamp before);

  // ---- logs ----
  void put_log_stream(const LogStreamRecord& record);
  [[nodiscard]] std::optional<LogStreamRecord> log_stream(const std::string& group, const std::string& stream) const;
  [[nodiscard]] std::vector<std::string> log_groups(const std::string& prefix, const std::string& after, std::size_t limit) const;
  [[nodiscard]] std::vector<LogStreamRecord> log_streams(const std::string& group, const std::string& prefix, const std::string& after,
                                                         std::size_t limit) const;
  /// The streams created last, newest first.
  [[nodiscard]] std::vector<LogStreamRecord> newest_log_streams(const std::string& group, const std::string& prefix, std::size_t limit) const;
  /// Replaces the tail of a container; the caller bounds it (1 MiB, 10,000 lines).
  void put_log_tail(const std::string& task_id, const std::string& container, const LogTail& tail, Timestamp now);
  /// Forgets the tails kept first until all together take at most `bytes`. Costs nothing while they do.
  void prune_log_tails(std::int64_t bytes);
  /// What all tails together take.
  [[nodiscard]] std::int64_t log_tail_bytes() const;
  [[nodiscard]] std::optional<LogTail> log_tail(const std::string& task_id, const std::string& container) const;

  // ---- what changed ----
  /// Keys written by committed transactions since the last call: tasks whose containers may need a step, services that may need a decision
  /// (put, or a task of theirs changed in a way that a scheduler sees). An engine that starts takes everything live instead.
  struct Changes {
    std::set<std::string> tasks{};
    std::set<ServiceKey> services{};
  };
  [[nodiscard]] Changes take_changes();

  // ---- faults, for tests ----
  enum class When { before, after };
  /// The `n`-th commit from now (1 = the next) that has something to write throws CrashPoint, just before or just after it became durable.
  void fail_at(std::int64_t n, When when);
  /// Commits so far that had something to write.
  [[nodiscard]] std::int64_t commits() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// See Store::live_tasks.
bool is_live(const scheduler::Task& task);
/// The name at the end of a cluster's ARN.
std::string cluster_name_of(const std::string& cluster_arn);
/// The key of a task's service; empty names for a standalone task.
ServiceKey service_key_of(const scheduler::Task& task);
ServiceKey key_of(const scheduler::Service& service);

}  // namespace berth::engine
