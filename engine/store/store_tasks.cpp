#include "api/arn.h"

#include <fmt/format.h>
#include "base/log.h"
#include "engine/store/state.h"
#include "scheduler/model/json.h"

// Tasks: live ones are in memory, with their counts; the others are only in the file.
namespace berth::engine {
namespace {

using scheduler::DesiredStatus;
using scheduler::TaskStatus;

std::optional<std::int64_t> milliseconds(const std::optional<Timestamp>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

/// A task that was told to stop is in neither count, as on ECS (ecs.md 5.1).
void count_task(TaskCounts& counts, const scheduler::Task& task, std::int64_t by) {
  if (task.desired_status == DesiredStatus::Stopped) return;
  if (task.last_status == TaskStatus::Running) counts.running += by;
  if (is_pending(task.last_status)) counts.pending += by;
}

/// What scheduler::load_of counts.
bool takes_room(const scheduler::Task& task) {
  return task.desired_status != DesiredStatus::Stopped && task.last_status != TaskStatus::Stopped && !task.instance_id.empty();
}

bool scheduler_sees(const scheduler::Task& before, const scheduler::Task& after) {
  return before.last_status != after.last_status || before.desired_status != after.desired_status || before.health != after.health ||
         before.started_at != after.started_at || before.accounted != after.accounted || before.protected_until != after.protected_until || before.service_name != after.service_name;
}

std::string family_of(const scheduler::Task& task) {
  const auto name = api::parse_task_definition_name(task.task_definition_arn);
  return name ? name->family : "";
}

template <class Map, class Key>
TaskCounts counts_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? TaskCounts{} : found->second;
}

}  // namespace

void Store::State::set_task(const std::string& id, const Ref<scheduler::Task>& task) {
  const auto account = [this](const scheduler::Task& counted, std::int64_t by) {
    const ServiceKey key = service_key_of(counted);
    count_task(counts_of_cluster[key.cluster], counted, by);
    if (!key.service.empty()) count_task(counts_of_service[key], counted, by);
    count_task(counts_of_instance[counted.instance_id], counted, by);
    if (!takes_room(counted)) return;
    (by > 0 ? scheduler::add_task : scheduler::remove_task)(loads[counted.instance_id], counted);
    const auto instance = instances.find(counted.instance_id);
    if (instance != instances.end() && instance->second->simulated) return;
    scheduler::InstanceLoad all{.instance = {}, .reserved = std::move(machine)};
    (by > 0 ? scheduler::reserve : scheduler::release)(all, counted.reserved);
    machine = std::move(all.reserved);
  };
  const auto birth = [](const scheduler::Task& born) { return Birth{born.created_at.value_or(Timestamp{}), born.id}; };
  if (const auto before = live.find(id); before != live.end()) {
    account(*before->second, -1);
    if (!before->second->service_name.empty()) {
      const auto siblings = live_of_service.find(service_key_of(*before->second));
      siblings->second.erase(birth(*before->second));
      if (siblings->second.empty()) live_of_service.erase(siblings);
    }
    live.erase(before);
  }
  if (!task || !is_live(*task)) return;
  account(*task, +1);
  live[id] = task;
  if (!task->service_name.empty()) live_of_service[service_key_of(*task)][birth(*task)] = task;
}

Ref<scheduler::Task> Store::task(const std::string& id) const {
  if (const auto found = state_->live.find(id); found != state_->live.end()) return found->second;
  Ref<scheduler::Task> task;
  state_->read(
      "SELECT doc FROM tasks WHERE id = ?",
      [&](const Query& query) {
        auto value = read_document(query.text(0), scheduler::task_from_json);
        if (value) {
          task = std::make_shared<scheduler::Task>(std::move(*value));
        } else {
          state_->note(value.error());
        }
      },
      id);
  return task;
}

std::vector<Ref<scheduler::Task>> Store::live_tasks() const {
  std::vector<Ref<scheduler::Task>> tasks;
  tasks.reserve(state_->live.size());
  for (const auto& [id, task] : state_->live) tasks.push_back(task);
  return tasks;
}

std::vector<Ref<scheduler::Task>> Store::live_tasks_of(const ServiceKey& key) const {
  std::vector<Ref<scheduler::Task>> tasks;
  const auto found = state_->live_of_service.find(key);
  if (found == state_->live_of_service.end()) return tasks;
  tasks.reserve(found->second.size());
  for (const auto& [birth, task] : found->second) tasks.push_back(task);
  return tasks;
}

TaskCounts Store::service_task_counts(const ServiceKey& key) const { return counts_in(state_->counts_of_service, key); }
TaskCounts Store::instance_task_counts(const std::string& id) const { return counts_in(state_->counts_of_instance, id); }
TaskCounts Store::cluster_task_counts(const std::string& cluster) const { return counts_in(state_->counts_of_cluster, cluster); }
const scheduler::Resources& Store::reserved() const { return state_->machine; }

scheduler::InstanceLoad Store::load_of(const scheduler::Instance& instance) const {
  const auto own = state_->loads.find(instance.id);
  scheduler::InstanceLoad load = own == state_->loads.end() ? scheduler::InstanceLoad{} : own->second;
  load.instance = instance;
  if (!instance.simulated) load.reserved = state_->machine;
  return load;
}

void Store::put_task(const scheduler::Task& task) {
  const ServiceKey key = service_key_of(task);
  const bool live = is_live(task);
  state_->write(
      "INSERT INTO tasks (id, cluster, service, family, started_by, instance_id, launch_type, desired_status, live, stopped_at, doc) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET instance_id=excluded.instance_id, "
      "desired_status=excluded.desired_status, live=excluded.live, stopped_at=excluded.stopped_at, doc=excluded.doc",
      task.id, key.cluster, key.service, family_of(task), task.started_by, task.instance_id, task.launch_type, name_of(task.desired_status),
      std::int64_t{live ? 1 : 0}, milliseconds(task.stopped_at), scheduler::json_text(task));
  const auto held = state_->live.find(task.id);
  const Ref<scheduler::Task> before = held == state_->live.end() ? nullptr : held->second;
  if (!key.service.empty() && (before ? scheduler_sees(*before, task) : live)) state_->pending.services.insert(key);
  state_->pending.tasks.insert(task.id);
  state_->undo.push_back([state = state_.get(), before, id = task.id] { state->set_task(id, before); });
  state_->set_task(task.id, std::make_shared<scheduler::Task>(task));
}

std::vector<std::string> Store::list_tasks(const TaskFilter& filter) const {
  // One constant text per shape of the filter: the planner picks the index of service or family where it can.
  std::string sql = "SELECT id FROM tasks WHERE cluster = ? AND desired_status = ? AND id > ?";
  std::vector<std::string> values{filter.cluster, filter.desired_status, filter.after};
  const auto also = [&](const char* column, const std::optional<std::string>& value) {
    if (!value) return;
    sql += std::string(" AND ") + column + " = ?";
    values.push_back(*value);
  };
  also("service", filter.service);
  also("family", filter.family);
  also("started_by", filter.started_by);
  also("instance_id", filter.instance_id);
  also("launch_type", filter.launch_type);
  sql += " ORDER BY id LIMIT ?";
  std::vector<std::string> ids;
  auto query = state_->database->query(sql);
  if (!query) {
    state_->note(query.error());
    return ids;
  }
  for (const std::string& value : values) query->bind(value);
  query->bind(static_cast<std::int64_t>(filter.limit));
  while (query->next()) ids.push_back(query->text(0));
  if (query->error()) state_->note(*query->error());
  return ids;
}

void Store::prune_stopped_tasks(Timestamp before, std::size_t keep) {
  std::int64_t limit = before.time_since_epoch().count();
  // The newest of those that are too many.
  state_->read(
      "SELECT stopped_at FROM tasks WHERE live = 0 ORDER BY stopped_at DESC LIMIT 1 OFFSET ?",
      [&](const Query& query) { limit = std::max(limit, query.number(0) + 1); }, static_cast<std::int64_t>(keep));
  bool any = false;
  state_->read("SELECT 1 FROM tasks WHERE live = 0 AND stopped_at < ? LIMIT 1", [&](const Query&) { any = true; }, limit);
  if (!any) return;
  const char* const kOld = "(SELECT id FROM tasks WHERE live = 0 AND stopped_at < ?)";
  state_->write(fmt::format("DELETE FROM log_tails WHERE task_id IN {}", kOld), limit);
  state_->write(fmt::format("DELETE FROM log_streams WHERE task_id IN {}", kOld), limit);
  state_->write("DELETE FROM tasks WHERE live = 0 AND stopped_at < ?", limit);
  state_->count_log_bytes();
}

}  // namespace berth::engine
