#include "engine/store/store.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "engine/store/migrations.h"
#include "engine/store/state.h"
#include "scheduler/model/json.h"

namespace berth::engine {

bool is_live(const scheduler::Task& task) {
  if (task.last_status != scheduler::TaskStatus::Stopped) return true;
  if (!task.service_name.empty() && !task.accounted.stopped) return true;
  // What was never made need not be removed; what is just being made must.
  return std::any_of(task.containers.begin(), task.containers.end(), [](const scheduler::Container& container) {
    return !container.removed && (!container.runtime_id.empty() || container.in_flight);
  });
}

std::string cluster_name_of(const std::string& cluster_arn) { return cluster_arn.substr(cluster_arn.rfind('/') + 1); }
ServiceKey service_key_of(const scheduler::Task& task) { return {cluster_name_of(task.cluster_arn), task.service_name}; }
ServiceKey key_of(const scheduler::Service& service) { return {cluster_name_of(service.cluster_arn), service.name}; }

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
  auto state = std::make_unique<State>();
  BERTH_TRY(database, Database::open(options.path));
  state->database = std::move(database);
  if (auto ready = state->migrate(options.durable); !ready) return ready.error().while_doing("open " + options.path);
  if (auto loaded = state->load_memory(); !loaded) return loaded.error().while_doing("read " + options.path);
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Result<void> Store::State::migrate(bool durable) {
  BERTH_TRY_VOID(database->execute("PRAGMA journal_mode=WAL"));
  BERTH_TRY_VOID(database->execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF"));
  std::int64_t version = 0;
  {
    BERTH_TRY(query, database->query("PRAGMA user_version"));
    if (query.next()) version = query.number(0);
    if (query.error()) return *query.error();
  }
  const auto newest = static_cast<std::int64_t>(migrations().size());
  if (version > newest) {
    return Error{"store", fmt::format("the file has version {}, this berth knows versions up to {}: use a newer berth", version, newest)};
  }
  for (std::int64_t next = version + 1; next <= newest; ++next) {
    const std::string script(migrations()[static_cast<std::size_t>(next - 1)]);
    if (auto done = database->execute(fmt::format("BEGIN IMMEDIATE;\n{}\nPRAGMA user_version={};\nCOMMIT;", script, next)); !done) {
      (void)database->execute("ROLLBACK");
      return done.error().while_doing(fmt::format("migrate to version {}", next));
    }
  }
  return {};
}

Result<void> Store::State::load_memory() {
  std::optional<Error> failure;
  const auto parse = [&failure](const Query& query, auto from_json) {
    auto value = read_document(query.text(0), from_json);
    if (!value && !failure) failure = value.error();
    return value;
  };
  read("SELECT value FROM meta WHERE key='engine_id'", [&](const Query& query) { engine_id = query.text(0); });
  if (engine_id.empty()) {
    engine_id = RandomSource().hex(12);
    BERTH_TRY(query, database->query("INSERT INTO meta (key, value) VALUES ('engine_id', ?)"));
    query.bind(engine_id);
    BERTH_TRY_VOID(query.run());
  }
  read("SELECT doc FROM clusters", [&](const Query& query) {
    if (auto cluster = parse(query, cluster_from_json)) clusters[cluster->name] = std::make_shared<Cluster>(*cluster);
  });
  read("SELECT doc FROM services", [&](const Query& query) {
    if (auto service = parse(query, scheduler::service_from_json)) set_service(key_of(*service), std::make_shared<scheduler::Service>(*service));
  });
  read("SELECT doc FROM instances", [&](const Query& query) {
    if (auto instance = parse(query, scheduler::instance_from_json)) {
      instances_of_cluster[cluster_name_of(instance->cluster_arn)].insert(instance->id);
      instances[instance->id] = std::make_shared<scheduler::Instance>(*instance);
    }
  });
  read("SELECT doc, kind, name FROM documents", [&](const Query& query) {
    auto document = parse_json(query.text(0));
    if (document) {
      documents[{query.text(1), query.text(2)}] = std::move(*document);
    } else if (!failure) {
      failure = document.error();
    }
  });
  read("SELECT doc FROM tasks WHERE live = 1", [&](const Query& query) {
    if (auto task = parse(query, scheduler::task_from_json)) set_task(task->id, std::make_shared<scheduler::Task>(*task));
  });
  if (failure) return *failure;
  count_log_bytes();
  return {};
}

void Store::State::note(const Error& failure) const { log(LogLevel::error, "the store can't be read", {{"error", failure.message}}); }

const std::string& Store::engine_id() const { return state_->engine_id; }

Store::Transaction::Transaction(Store& store) : store_(store) {
  BERTH_CHECK(!store.state_->in_transaction, "one transaction at a time");
  store.state_->in_transaction = true;
}

Store::Transaction::~Transaction() {
  if (!open_) return;
  State& state = *store_.state_;
  if (state.writing) (void)state.database->run("ROLLBACK");
  for (auto step = state.undo.rbegin(); step != state.undo.rend(); ++step) (*step)();
  state.undo.clear();
  state.pending = {};
  state.error.reset();
  state.in_transaction = state.writing = false;
}

Result<void> Store::Transaction::commit() {
  BERTH_CHECK(open_, "a transaction is committed once");
  State& state = *store_.state_;
  if (state.error) return *state.error;
  if (state.writing) {
    ++state.commits;
    const bool crash = state.fail_at > 0 && --state.fail_at == 0;
    if (crash && state.fail_when == When::before) throw CrashPoint();
    BERTH_TRY_VOID(state.database->run("COMMIT"));
    state.writing = false;
    if (crash) throw CrashPoint();
  }
  open_ = false;
  state.changes.tasks.merge(state.pending.tasks);
  state.changes.services.merge(state.pending.services);
  state.pending = {};
  state.undo.clear();
  state.in_transaction = false;
  return {};
}

Store::Changes Store::take_changes() { return std::exchange(state_->changes, {}); }

void Store::fail_at(std::int64_t n, When when) {
  state_->fail_at = n;
  state_->fail_when = when;
}

std::int64_t Store::commits() const { return state_->commits; }

}  // namespace berth::engine
