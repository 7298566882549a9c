#include "engine/agent/agent.h"

#include <fmt/format.h>

#include "base/log.h"
#include "engine/agent/container_spec.h"
#include "engine/agent/host_limits.h"
#include "engine/agent/observations.h"

namespace berth::engine {
namespace {

using scheduler::Container;
using scheduler::ContainerStatus;
using scheduler::Task;

constexpr Milliseconds kRetry{1'000};
/// When a list was too old for some tasks.
constexpr Milliseconds kListAgain{5'000};
/// Tasks per transaction: one fsync for many, without a step that lasts.
constexpr std::size_t kBatch = 64;

void log_failure(std::string_view event, const Error& error) {
  log(LogLevel::warn, event, {{"code", error.code}, {"reason", error.message}});
}

/// Takes a report into the task. Only a task with a network of its own has an address; on a bridge each container has another.
bool take_report(Task& task, scheduler::ContainerObservation observation, Timestamp now,
                 const scheduler::TransitionOptions& options) {
  auto* started = std::get_if<scheduler::Started>(&observation.report);
  if (started != nullptr && task.network_mode != "awsvpc") started->private_ip.clear();
  return scheduler::apply(task, observation, now, options).any;
}

/// Whether all tasks of the container's deployment run the same image, wherever its tag points meanwhile.
bool is_version_consistent(const Store& store, const Task& task, const std::string& container) {
  if (task.service_name.empty()) return false;
  const auto record = store.task_definition(task.task_definition_arn);
  if (!record) return false;
  for (const auto& definition : record->definition.container_definitions.value_or(std::vector<api::ContainerDefinition>{})) {
    if (definition.name == container) return definition.version_consistency.value_or("enabled") == "enabled";
  }
  return false;
}

/// Drops the oldest lines until the rest has at most `bytes`.
void bound(std::vector<LogLine>& lines, std::size_t bytes) {
  std::size_t total = 0;
  auto first = lines.end();
  while (first != lines.begin() && total + std::prev(first)->text.size() + 1 <= bytes) total += (--first)->text.size() + 1;
  lines.erase(lines.begin(), first);
}

}  // namespace

Agent::Agent(Store& store, ContainerDriver& driver, Blocking blocking, AgentOptions options)
    : store_(store), driver_(driver), blocking_(std::move(blocking)), options_(std::move(options)) {}

void Agent::on_news(std::function<void()> wake) {
  std::lock_guard lock(inbox_->mutex);
  inbox_->wake = wake;
  driver_.on_news(std::move(wake));
}

void Agent::look_again(Timestamp now) {
  retry_at_.reset();
  resync_wanted_ = true;
  for (const auto& task : store_.live_tasks()) due_.add(task->id, now);
}

std::optional<Timestamp> Agent::next_wake() const {
  if (retry_at_) return retry_at_;
  auto wake = driver_.next_tick();
  const auto by = [&wake](std::optional<Timestamp> other) {
    if (other && (!wake || *other < *wake)) wake = other;
  };
  if (!listing_) by(next_resync_);
  if (recovered_) by(due_.next_due());
  return wake;
}

bool Agent::step(Timestamp now) {
  driver_.tick(now);
  if (retry_at_ && now < *retry_at_) return false;
  retry_at_.reset();
  bool worked = false;
  do {
    collect();
    if (recovered_) worked |= advance(now);
    if (!retry_at_ && !listing_ && (resync_wanted_ || now >= next_resync_)) begin_resync();
    collect();
    if (const auto listed = std::exchange(listed_, std::nullopt)) worked |= finish_resync(*listed, now);
  } while (!retry_at_ && has_work(now));
  return worked;
}

bool Agent::has_work(Timestamp now) const {
  if (resync_wanted_ && !listing_) return true;
  // What is known of containers before the first list is too old to act upon.
  return recovered_ && (!news_.empty() || due_.next_due().value_or(Timestamp::max()) <= now);
}

void Agent::collect() {
  auto news = driver_.poll();
  for (auto& completion : news.completions) news_.emplace_back(std::move(completion));
  for (auto& event : news.events) news_.emplace_back(std::move(event));
  resync_wanted_ |= news.resync;
  std::lock_guard lock(inbox_->mutex);
  if (inbox_->listed) listed_ = std::exchange(inbox_->listed, std::nullopt);
  for (auto& read : std::exchange(inbox_->reads, {})) {
    bool again = !read.lines && read.lines.error().retryable;
    if (again)
      fail(read.operation, OperationKind::remove, read.spec, read.lines.error());
    else
      news_.emplace_back(std::move(read));
  }
}

void Agent::fail(std::uint64_t operation, OperationKind kind, const ContainerSpec& spec, const Error& error) {
  news_.emplace_back(Completion{.id = operation,
                                .kind = kind,
                                .name = spec.name,
                                .task_id = spec.task_id,
                                .container = spec.container,
                                .error = error,
                                .state = {},
                                .image_digest = {}});
}

bool Agent::commit(Store::Transaction& transaction, Timestamp now) {
  auto committed = transaction.commit();
  if (committed) return true;
  log_failure("the store refused a change of tasks", committed.error());
  retry_at_ = now + kRetry;
  planned_.clear();
  return false;
}

bool Agent::advance(Timestamp now) {
  std::vector<std::string> ids;
  Store::Transaction transaction(store_);
  bool changed = !news_.empty();
  for (const auto& item : news_) std::visit([&](const auto& what) { take(what, now); }, item);
  for (std::optional<std::string> id; ids.size() < kBatch && (id = due_.pop(now));) ids.push_back(*id);
  for (const auto& id : ids) changed |= plan_task(id, now);
  if (!commit(transaction, now)) {
    for (const auto& id : ids) due_.add(id, now + kRetry);
    return false;
  }
  for (const auto& item : news_)
    if (const auto* completion = std::get_if<Completion>(&item)) in_flight_.erase(completion->id);
  news_.clear();
  for (auto& planned : std::exchange(planned_, {})) carry_out(std::move(planned.operation), planned.ran);
  return changed;
}

// What was reported.

void Agent::take(const Completion& completion, Timestamp now) {
  auto found = in_flight_.find(completion.id);
  if (found == in_flight_.end()) {
    strangers_.erase(completion.name);
    if (completion.error) log_failure("a container of nobody could not be ended", *completion.error);
    return;
  }
  const std::string& task_id = found->second.task_id;
  const auto task = store_.task(task_id);
  if (task && completion.kind == OperationKind::pull && !completion.error && !agrees(completion, *task)) {
    // Its tag stood for something else meanwhile: it is pulled again, by the digest.
    Task again = *task;
    Container* container = find_container(again, completion.container);
    if (container != nullptr) container->in_flight.reset(), container->in_flight_since.reset();
    store_.put_task(again);
    if (listing_) newer_than_list_.insert(task_id);
    due_.add(task_id, now);
    return;
  }
  apply(task_id, observations_of(completion), now);
}

bool Agent::agrees(const Completion& completion, const Task& task) {
  if (!is_version_consistent(store_, task, completion.container)) return true;
  const auto known = store_.service(service_key_of(task));
  if (!known) return true;
  scheduler::Service service = *known;
  for (scheduler::Deployment& deployment : service.deployments) {
    if (deployment.id != task.deployment_id) continue;
    Json& digests = deployment.extra[scheduler::kImageDigests];
    if (digests.is_null()) digests = Json::object();
    if (const auto pinned = digests.find(completion.container); pinned != digests.end()) return *pinned == completion.image_digest;
    digests[completion.container] = completion.image_digest;
    for (scheduler::ServiceRevision& revision : service.revisions) {
      if (revision.id == deployment.revision) revision.extra[scheduler::kImageDigests] = digests;
    }
    store_.put_service(service);
  }
  return true;
}

std::string Agent::pinned_image(const Task& task, const std::string& container) const {
  if (!is_version_consistent(store_, task, container)) return "";
  const auto service = store_.service(service_key_of(task));
  if (!service) return "";
  for (const scheduler::Deployment& deployment : service->deployments) {
    if (deployment.id == task.deployment_id) return deployment.extra.value(scheduler::kImageDigests, Json::object()).value(container, "");
  }
  return "";
}

void Agent::take(const ContainerEvent& event, Timestamp now) {
  auto task = store_.task(event.state.task_id);
  const auto* container = task ? find_container(*task, event.state.container) : nullptr;
  if (container == nullptr) return;
  // What was stopped does not come back: somebody started it by hand.
  bool risen = container->known_status == ContainerStatus::Stopped && event.state.phase == ContainerState::Phase::running;
  if (risen && !event.gone && !container->in_flight) return submit_untracked(OperationKind::stop, event.state);
  apply(task->id, observations_of(event), now);
}

void Agent::take(const TailRead& read, Timestamp now) {
  if (read.lines) {
    LogTail tail{*read.lines};
    bound(tail.lines, options_.tail_bytes);
    store_.put_log_tail(read.spec.task_id, read.spec.container, tail, now);
    store_.prune_log_tails(options_.kept_output_bytes);
  } else if (read.lines.error().code != "NoSuchContainerError") {
    log_failure("the last lines of a container could not be read", read.lines.error());
  }
  planned_.push_back({.operation = {.id = read.operation, .kind = OperationKind::remove, .spec = read.spec}});
}

void Agent::apply(const std::string& task_id, const std::vector<scheduler::ContainerObservation>& observations, Timestamp now) {
  auto known = store_.task(task_id);
  if (!known) return;
  Task task = *known;
  bool changed = false;
  for (const auto& observation : observations) changed |= take_report(task, observation, now, options_.transitions);
  if (changed) store_.put_task(task);
  if (listing_) newer_than_list_.insert(task_id);
  due_.add(task_id, now);
}

// What to do next.

bool Agent::plan_task(const std::string& task_id, Timestamp now) {
  auto known = store_.task(task_id);
  if (!known || !is_live(*known)) return false;
  Task task = *known;
  bool settled = scheduler::settle(task, now).any;
  auto step = scheduler::next_actions(task, now, options_.transitions);
  bool changed = settled || !step.actions.empty();
  if (listing_ && !step.actions.empty()) newer_than_list_.insert(task_id);
  for (const auto& action : step.actions) {
    scheduler::begin(task, action, now);
    plan_action(task, action);
  }
  if (changed) store_.put_task(task);
  if (step.wake_at) due_.add(task_id, *step.wake_at);
  return changed;
}

void Agent::plan_action(const Task& task, const scheduler::ContainerAction& action) {
  const auto& container = *find_container(task, action.container);
  Operation operation{
      .id = ++last_operation_, .kind = operation_kind(action.kind), .spec = {}, .stop_timeout = action.stop_timeout};
  operation.spec.name = runtime_name(task, container.name);
  operation.spec.task_id = task.id;
  operation.spec.container = container.name;
  operation.spec.image = container.image;
  planned_.push_back({.operation = std::move(operation), .ran = container.started_at.has_value()});
}

void Agent::carry_out(Operation operation, bool ran) {
  in_flight_[operation.id] = {operation.spec.task_id, operation.spec.container};
  if (operation.kind == OperationKind::remove && ran) return read_tail(operation);
  bool needs_spec = operation.kind == OperationKind::create || operation.kind == OperationKind::pull;
  if (needs_spec) {
    auto task = store_.task(operation.spec.task_id);
    auto definition = store_.task_definition(task->task_definition_arn);
    auto spec = definition ? make_container_spec(*task, operation.spec.container, definition->definition, options_.region)
                           : Error{"CannotCreateContainerError", fmt::format("`{}` is gone", task->task_definition_arn)};
    if (!spec) return fail(operation.id, operation.kind, operation.spec, spec.error());
    operation.spec = std::move(*spec);
    if (const auto host = driver_.capacity().host) (void)fit_to_host(operation.spec, *host);
    const bool pull = operation.kind == OperationKind::pull;
    operation.spec.image_digest =
        pull ? pinned_image(*task, operation.spec.container) : find_container(*task, operation.spec.container)->image_digest;
    const auto instance = task->instance_id.empty() ? nullptr : store_.instance(task->instance_id);
    if (instance && !instance->address.empty()) operation.spec.bind_ip = instance->address;
  }
  driver_.submit(std::move(operation));
}

void Agent::read_tail(const Operation& operation) {
  blocking_([inbox = inbox_, &driver = driver_, id = operation.id, spec = operation.spec, limit = options_.tail_lines] {
    TailRead read{
        .operation = id, .spec = spec, .lines = driver.logs({.name = spec.name, .since = {}, .until = {}, .limit = limit})};
    std::function<void()> wake;
    {
      std::lock_guard lock(inbox->mutex);
      inbox->reads.push_back(std::move(read));
      wake = inbox->wake;
    }
    if (wake) wake();
  });
}

// What the runtime has, against what is remembered.

void Agent::begin_resync() {
  listing_ = true;
  resync_wanted_ = false;
  newer_than_list_.clear();
  blocking_([inbox = inbox_, &driver = driver_] {
    auto listed = driver.list();
    std::function<void()> wake;
    {
      std::lock_guard lock(inbox->mutex);
      inbox->listed = std::move(listed);
      wake = inbox->wake;
    }
    if (wake) wake();
  });
}

bool Agent::finish_resync(const Listed& listed, Timestamp now) {
  listing_ = false;
  if (!listed) {
    log_failure("the containers could not be listed", listed.error());
    resync_wanted_ = true;
    retry_at_ = now + kRetry;
    return false;
  }
  std::map<std::string, ContainerState> by_name;
  for (const auto& state : *listed) by_name.emplace(state.name, state);

  bool changed = !recovered_;
  std::set<std::string> known;
  auto tasks = store_.live_tasks();
  Store::Transaction transaction(store_);
  for (const auto& task : tasks) {
    if (newer_than_list_.count(task->id) == 0) changed |= compare(task, by_name, now);
    for (const auto& container : task->containers) known.insert(runtime_name(*task, container.name));
  }
  if (!commit(transaction, now)) {
    resync_wanted_ = true;
    return false;
  }
  if (!recovered_)
    log(LogLevel::info, "containers found",
        {{"tasks", std::to_string(tasks.size())}, {"containers", std::to_string(by_name.size())}});
  remove_strangers(by_name, known);
  recovered_ = true;
  next_resync_ = now + (newer_than_list_.empty() ? options_.resync_every : std::min(options_.resync_every, kListAgain));
  return changed;
}

bool Agent::compare(const Ref<Task>& before, const std::map<std::string, ContainerState>& by_name, Timestamp now) {
  Task task = *before;
  if (!recovered_) scheduler::forget_in_flight(task);
  for (const auto& container : std::vector<Container>(task.containers)) {
    // Its outcome will tell, and is newer than the list.
    if (container.in_flight) continue;
    auto found = by_name.find(runtime_name(task, container.name));
    const auto* state = found != by_name.end() && found->second.task_id == task.id ? &found->second : nullptr;
    for (const auto& observation : differences(container, state)) (void)take_report(task, observation, now, options_.transitions);
    bool risen =
        state != nullptr && state->phase == ContainerState::Phase::running && container.known_status == ContainerStatus::Stopped;
    if (risen) submit_untracked(OperationKind::stop, *state);
  }
  bool changed = !(task == *before);
  if (changed) store_.put_task(task);
  if (changed || !recovered_) due_.add(task.id, now);
  return changed;
}

void Agent::remove_strangers(const std::map<std::string, ContainerState>& by_name, const std::set<std::string>& known) {
  for (const auto& [name, state] : by_name) {
    if (known.count(name) > 0 || newer_than_list_.count(state.task_id) > 0 || !strangers_.insert(name).second) continue;
    log(LogLevel::warn, "a container of no task is removed", {{"name", name}, {"task", state.task_id}});
    submit_untracked(OperationKind::remove, state);
  }
}

void Agent::submit_untracked(OperationKind kind, const ContainerState& state) {
  Operation operation{
      .id = ++last_operation_, .kind = kind, .spec = {}, .stop_timeout = options_.transitions.default_stop_timeout};
  operation.spec.name = state.name;
  operation.spec.task_id = state.task_id;
  operation.spec.container = state.container;
  driver_.submit(std::move(operation));
}

}  // namespace berth::engine
