#include "engine/engine.h"

#include "api/codec.h"
#include "api/operations.h"
#include "base/log.h"
#include "engine/handlers/log_handlers.h"
#include "engine/handlers/resolve.h"
#include "scheduler/set_back.h"

namespace berth::engine {
namespace {

constexpr std::string_view kExtensionPath = "/berth/";
constexpr const char* kExtensionPrefix = "Berth_20261122.";
constexpr Milliseconds kForgetEvery = std::chrono::minutes(10);
constexpr Milliseconds kKeepTokens = std::chrono::hours(24);
/// How long a deleted service can be described.
constexpr Milliseconds kKeepServices = std::chrono::hours(1);
/// A clock that is set back by less is only a little late.
constexpr Milliseconds kSetBack = std::chrono::seconds(1);
/// Rounds of one step: each moves every task and service by what is known; more are left to the next step, so that requests get their turn.
constexpr int kMostRounds = 64;

Response response_of(const Result<Json>& result, const std::vector<std::string>& resource_ids, std::string request_id) {
  if (result) return {.status = 200, .body = canonical_json(*result), .request_id = std::move(request_id)};
  api::ApiError error = api::to_api_error(result.error());
  error.resource_ids = resource_ids;
  return {.status = error.status, .body = canonical_json(api::encode(error)), .request_id = std::move(request_id)};
}

/// Failures of ours and of the world, as the API names them; refusals pass.
Error as_refusal(const Error& error) {
  if (error.code == "store" || error.code == "json") return {"ServerException", "The engine's store failed: " + error.message};
  const bool is_exception = error.code.size() > 9 && error.code.compare(error.code.size() - 9, 9, "Exception") == 0;
  return is_exception ? error : Error{"ServerException", error.message};
}

/// What X-Amz-Target names, or what a path below /berth/ names.
Result<std::string> operation_of(const Request& request) {
  const bool extension = std::string_view(request.path).substr(0, kExtensionPath.size()) == kExtensionPath;
  std::string target = extension ? kExtensionPrefix + request.path.substr(kExtensionPath.size()) : request.target;
  const api::OperationInfo* info = api::find_operation(target);
  if (!info) return Error{"UnknownOperationException", target.empty() ? "X-Amz-Target is missing." : "There is no operation " + target + "."};
  if (!info->implemented) return unsupported(std::string(info->name));
  return target;
}

Result<Json> body_of(const std::string& text) {
  if (text.empty()) return Json(Json::object());
  auto body = parse_json(text);
  if (!body) return Error{"SerializationException", body.error().message};
  return body;
}

}  // namespace

Engine::Engine(Config config, Clock& clock, Store& store, ContainerDriver& driver, RandomSource& random, Agent::Blocking blocking)
    : config_(std::move(config)),
      clock_(clock),
      store_(store),
      driver_(driver),
      random_(random),
      blocking_(blocking),
      agent_(store, driver, blocking, AgentOptions{.region = config_.arns.region}),
      services_(config_.healthy_after),
      started_at_(clock.now()),
      next_forgetting_(started_at_ + kForgetEvery),
      last_step_(started_at_) {
  Timestamp newest = started_at_;
  for (const Ref<scheduler::Task>& task : store.live_tasks()) newest = std::max(newest, scheduler::newest_moment(*task));
  for (const ServiceKey& key : store.live_services()) newest = std::max(newest, scheduler::newest_moment(*store.service(key)));
  if (newest - started_at_ >= kSetBack) follow_clock(started_at_, newest - started_at_);
  Store::Transaction transaction(store_);
  refresh_instances(call());
  if (auto committed = transaction.commit(); !committed) {
    log(LogLevel::error, "the container instances can't be brought up to date", {{"error", committed.error().message}});
  }
  for (const ServiceKey& key : store_.live_services()) services_.add(key, started_at_);
  // Also those of deleted services, whose last tasks may just have stopped.
  for (const Ref<scheduler::Task>& task : store_.live_tasks()) {
    if (!task->service_name.empty()) services_.add(service_key_of(*task), started_at_);
  }
}

Call Engine::call() { return Call{{store_, config_, random_, clock_.now(), driver_.capacity()}}; }

void Engine::on_news(std::function<void()> wake) { agent_.on_news(std::move(wake)); }

Result<Json> Engine::answer(Call& context, std::string_view target, const std::string& body) {
  if (target == api::op::EngineStatus::kTarget) return engine_status();
  BERTH_TRY(json, body_of(body));
  const Handler& handler = handlers().at(target);
  Store::Transaction transaction(store_);
  try {
    BERTH_TRY(answered, handler(context, json));
    BERTH_TRY_VOID(transaction.commit());
    return answered;
  } catch (const Json::exception& failure) {
    // A document of ours has not the shape that a handler relies on: one request fails, the engine goes on.
    return Error{"ServerException", failure.what()};
  }
}

void Engine::handle(const Request& request, const Responder& respond) {
  const std::string request_id = random_.uuid();
  Call context = call();
  const auto finish = [&](const Result<Json>& result) { respond(response_of(result, context.resource_ids, request_id)); };
  if (request.method != "POST") return finish(Error{"UnknownOperationException", "Operations are called with POST."});
  const auto target = operation_of(request);
  if (!target) return finish(target.error());
  const auto output = output_handlers().find(*target);
  if (output == output_handlers().end()) {
    const Result<Json> result = answer(context, *target, request.body);
    finish(result ? result : Result<Json>(as_refusal(result.error())));
    return;
  }
  const auto json = body_of(request.body);
  if (!json) return finish(json.error());
  const auto reader = output->second(context, *json);
  if (!reader) return finish(as_refusal(reader.error()));
  blocking_([read = *reader, respond, request_id, driver = &driver_] {
    const Result<Json> result = read(*driver);
    respond(response_of(result ? result : Result<Json>(as_refusal(result.error())), {}, request_id));
  });
}

Result<Json> Engine::engine_status() const {
  api::EngineStatusResponse status{.version = config_.version, .data_dir = config_.data_dir, .driver = config_.driver_name};
  status.healthy_after_seconds = std::chrono::duration_cast<std::chrono::seconds>(config_.healthy_after).count();
  status.region = config_.arns.region;
  status.started_at = started_at_;
  status.clusters = status.services = status.tasks_running = status.tasks_pending = 0;
  std::string after;
  while (true) {
    const std::vector<std::string> clusters = store_.active_clusters(after, 100);
    if (clusters.empty()) break;
    for (const std::string& cluster : clusters) {
      const TaskCounts counts = store_.cluster_task_counts(cluster);
      *status.tasks_running += counts.running;
      *status.tasks_pending += counts.pending;
      *status.services += store_.cluster_service_counts(cluster).active;
      ++*status.clusters;
    }
    after = clusters.back();
  }
  return api::encode(status);
}

void Engine::take_changes(Timestamp now) {
  Store::Changes changes = store_.take_changes();
  for (const std::string& task : changes.tasks) agent_.add(task, now);
  for (const ServiceKey& service : changes.services) services_.add(service, now);
}

void Engine::follow_clock(Timestamp now, Milliseconds by) {
  log(LogLevel::warn, "the clock was set back", {{"by", format_duration(by)}});
  Store::Transaction transaction(store_);
  for (const Ref<scheduler::Task>& known : store_.live_tasks()) {
    scheduler::Task task = *known;
    if (scheduler::set_back(task, now, by)) store_.put_task(task);
  }
  for (const ServiceKey& key : store_.live_services()) {
    scheduler::Service service = *store_.service(key);
    if (scheduler::set_back(service, now, by)) store_.put_service(service);
    services_.add(key, now);
  }
  if (auto committed = transaction.commit(); !committed) {
    log(LogLevel::error, "moments can't be set back with the clock", {{"error", committed.error().message}});
  }
  agent_.look_again(now);
  next_forgetting_ = now + kForgetEvery;
}

void Engine::forget_old(Timestamp now) {
  if (now < next_forgetting_) return;
  next_forgetting_ = now + kForgetEvery;
  Store::Transaction transaction(store_);
  store_.prune_stopped_tasks(now - config_.keep_stopped, config_.keep_stopped_count);
  store_.prune_tokens(now - kKeepTokens);
  store_.prune_services(now - kKeepServices);
  if (auto committed = transaction.commit(); !committed) {
    log(LogLevel::error, "old tasks can't be forgotten", {{"error", committed.error().message}});
  }
}

void Engine::step() {
  const Timestamp now = clock_.now();
  if (last_step_ - now >= kSetBack) follow_clock(now, last_step_ - now);
  last_step_ = now;
  driver_.tick(now);
  for (int round = 0; round < kMostRounds; ++round) {
    take_changes(now);
    const bool decided = services_.step(call());
    take_changes(now);
    const bool moved = agent_.step(now);
    if (!decided && !moved) break;
  }
  take_changes(now);
  forget_old(now);
}

std::optional<Timestamp> Engine::next_wake() const {
  std::optional<Timestamp> wake = next_forgetting_;
  for (const auto& other : {agent_.next_wake(), services_.next_wake(), driver_.next_tick()}) {
    if (other && *other < *wake) wake = other;
  }
  return wake;
}

}  // namespace berth::engine
