#include "engine/store/store.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include "engine/store/database.h"

namespace berth::engine {
namespace {

using scheduler::DesiredStatus;
using scheduler::TaskStatus;
using std::chrono::seconds;

constexpr const char* kArn = "arn:aws:ecs:us-east-1:000000000000:";

/// A database file that goes with the test.
class TemporaryFile {
 public:
  TemporaryFile() {
    path_ = (std::filesystem::temp_directory_path() / ("berth-store-" + RandomName())).string();
    std::filesystem::create_directory(path_);
  }
  ~TemporaryFile() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string path() const { return path_ + "/engine.db"; }

 private:
  static std::string RandomName() {
    char name[] = "/tmp/berth-XXXXXX";
    const int descriptor = mkstemp(name);
    REQUIRE(descriptor >= 0);
    close(descriptor);
    std::remove(name);
    return std::string(name).substr(11);
  }
  std::string path_;
};

std::unique_ptr<Store> open(const std::string& path = ":memory:") {
  auto store = Store::open({.path = path, .durable = false});
  REQUIRE(store);
  return std::move(*store);
}

/// Runs `change` in a transaction of its own.
template <class Change>
void commit(Store& store, Change change) {
  Store::Transaction transaction(store);
  change();
  REQUIRE(transaction.commit());
}

scheduler::Task task(const std::string& id, const std::string& service = "", TaskStatus status = TaskStatus::Running) {
  scheduler::Task made;
  made.id = id;
  made.cluster_arn = std::string(kArn) + "cluster/prod";
  made.task_definition_arn = std::string(kArn) + "task-definition/web:1";
  made.service_name = service;
  made.instance_id = "i";
  made.last_status = status;
  made.reserved = {.cpu = 10, .memory = 20, .ports = {{8080, "tcp"}}};
  made.containers = {scheduler::Container{.name = "app"}};
  made.created_at = Timestamp(seconds(1000));
  if (status == TaskStatus::Stopped) {
    made.desired_status = DesiredStatus::Stopped;
    made.stopped_at = Timestamp(seconds(2000));
    made.containers[0].removed = true;
    made.accounted.stopped = true;
  }
  return made;
}

scheduler::Service service(const std::string& name) {
  scheduler::Service made;
  made.name = name;
  made.arn = std::string(kArn) + "service/prod/" + name;
  made.cluster_arn = std::string(kArn) + "cluster/prod";
  return made;
}

TaskDefinitionRecord definition(const std::string& family, std::int64_t revision, const std::string& status = "ACTIVE") {
  TaskDefinitionRecord record;
  record.definition.family = family;
  record.definition.revision = revision;
  record.definition.status = status;
  return record;
}

TEST_CASE("everything is there again after reopening") {
  const TemporaryFile file;
  std::string engine_id;
  {
    const auto store = open(file.path());
    engine_id = store->engine_id();
    commit(*store, [&] {
      store->put_cluster({.name = "prod", .arn = "arn", .tags = {{"a", "b"}}});
      store->put_service(service("web"));
      store->put_task(task("t1", "web"));
      store->put_task(task("t2", "", TaskStatus::Stopped));
      store->put_task_definition(definition("web", store->next_revision("web")));
      store->put_token("RunTask prod", "token", {.request_hash = "h", .arns = {"a"}}, Timestamp(seconds(1)));
      store->put_log_stream({.group = "g", .stream = "s", .task_id = "t1", .container = "app"});
      store->put_log_tail("t1", "app", {.lines = {{Timestamp(seconds(5)), "stdout", "hello"}}}, Timestamp(seconds(6)));
      scheduler::Instance instance;
      instance.id = "i";
      instance.cluster_arn = std::string(kArn) + "cluster/prod";
      store->put_instance(instance);
    });
  }
  const auto store = open(file.path());
  CHECK(store->engine_id() == engine_id);
  CHECK(store->cluster("prod")->tags == std::vector<scheduler::Tag>{{"a", "b"}});
  CHECK(*store->service({"prod", "web"}) == service("web"));
  CHECK(*store->task("t1") == task("t1", "web"));
  CHECK(*store->task("t2") == task("t2", "", TaskStatus::Stopped));
  CHECK(store->live_tasks().size() == 1);
  CHECK(store->service_task_counts({"prod", "web"}).running == 1);
  CHECK(store->reserved().cpu == 10);
  CHECK(store->task_definition("web", 1)->definition.family == "web");
  CHECK(store->token("RunTask prod", "token")->arns == std::vector<std::string>{"a"});
  CHECK(store->log_stream("g", "s")->task_id == "t1");
  CHECK(store->log_tail("t1", "app")->lines.at(0).text == "hello");
  CHECK(store->instances("prod").size() == 1);
}

TEST_CASE("a file of a newer berth is refused") {
  const TemporaryFile file;
  open(file.path());
  {
    auto database = Database::open(file.path());
    REQUIRE(database);
    REQUIRE((*database)->execute("PRAGMA user_version=9999"));
  }
  const auto store = Store::open({.path = file.path()});
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find("use a newer berth") != std::string::npos);
}

TEST_CASE("a transaction that is not committed leaves no trace, in memory neither") {
  const auto store = open();
  commit(*store, [&] {
    store->put_service(service("web"));
    store->put_task(task("t1", "web"));
  });
  (void)store->take_changes();
  {
    const Store::Transaction transaction(*store);
    scheduler::Service changed = service("web");
    changed.status = scheduler::ServiceStatus::Inactive;
    store->put_service(changed);
    store->put_task(task("t1", "web", TaskStatus::Stopped));
    store->put_task(task("t2", "web"));
    store->put_cluster({.name = "new"});
    store->put_task_definition(definition("web", store->next_revision("web")));
    CHECK(store->live_tasks_of({"prod", "web"}).size() == 1);
    CHECK(store->cluster("new"));
  }
  CHECK(store->service({"prod", "web"})->status == scheduler::ServiceStatus::Active);
  CHECK(store->cluster_service_counts("prod").active == 1);
  REQUIRE(store->live_tasks_of({"prod", "web"}).size() == 1);
  CHECK(store->live_tasks_of({"prod", "web"})[0]->id == "t1");
  CHECK(store->service_task_counts({"prod", "web"}) == TaskCounts{.running = 1, .pending = 0});
  CHECK(store->reserved().cpu == 10);
  CHECK(store->reserved().ports.size() == 1);
  CHECK_FALSE(store->cluster("new"));
  CHECK_FALSE(store->task("t2"));
  CHECK_FALSE(store->task_definition("web", 1));
  CHECK(store->take_changes().tasks.empty());
}

TEST_CASE("counts and reservations follow the tasks") {
  const auto store = open();
  const ServiceKey web{"prod", "web"};
  commit(*store, [&] {
    store->put_task(task("t1", "web", TaskStatus::Pending));
    store->put_task(task("t2", "web"));
  });
  CHECK(store->service_task_counts(web) == TaskCounts{.running = 1, .pending = 1});
  CHECK(store->cluster_task_counts("prod") == TaskCounts{.running = 1, .pending = 1});
  CHECK(store->reserved().memory == 40);
  scheduler::Task stopping = task("t2", "web");
  stopping.desired_status = DesiredStatus::Stopped;
  commit(*store, [&] { store->put_task(stopping); });
  // Told to stop: not counted any more, and its room is free at once.
  CHECK(store->service_task_counts(web) == TaskCounts{.running = 0, .pending = 1});
  CHECK(store->reserved().memory == 20);
  CHECK(store->live_tasks_of(web).size() == 2);
  commit(*store, [&] { store->put_task(task("t2", "web", TaskStatus::Stopped)); });
  CHECK(store->live_tasks_of(web).size() == 1);
  CHECK(store->task("t2")->last_status == TaskStatus::Stopped);
}

TEST_CASE("only what a scheduler sees makes a service dirty") {
  const auto store = open();
  commit(*store, [&] { store->put_task(task("t1", "web", TaskStatus::Pending)); });
  CHECK(store->take_changes().services.size() == 1);
  scheduler::Task changed = task("t1", "web", TaskStatus::Pending);
  changed.containers[0].known_status = scheduler::ContainerStatus::Pulled;
  commit(*store, [&] { store->put_task(changed); });
  auto changes = store->take_changes();
  CHECK(changes.services.empty());
  CHECK(changes.tasks == std::set<std::string>{"t1"});
  changed.last_status = TaskStatus::Running;
  commit(*store, [&] { store->put_task(changed); });
  CHECK(store->take_changes().services == std::set<ServiceKey>{{"prod", "web"}});
}

TEST_CASE("tasks are listed by every filter, in pages") {
  const auto store = open();
  commit(*store, [&] {
    for (int i = 0; i < 5; ++i) store->put_task(task("a" + std::to_string(i), i % 2 == 0 ? "web" : "api"));
    store->put_task(task("b", "", TaskStatus::Stopped));
  });
  CHECK(store->list_tasks({.cluster = "prod"}).size() == 5);
  CHECK(store->list_tasks({.cluster = "other"}).empty());
  CHECK(store->list_tasks({.cluster = "prod", .service = "web"}) == std::vector<std::string>{"a0", "a2", "a4"});
  CHECK(store->list_tasks({.cluster = "prod", .after = "a1", .limit = 2}) == std::vector<std::string>{"a2", "a3"});
  CHECK(store->list_tasks({.cluster = "prod", .desired_status = "STOPPED"}) == std::vector<std::string>{"b"});
  CHECK(store->list_tasks({.cluster = "prod", .family = "web"}).size() == 5);
  CHECK(store->list_tasks({.cluster = "prod", .instance_id = "j"}).empty());
}

TEST_CASE("task definitions are listed by family and revision, both ways") {
  const auto store = open();
  commit(*store, [&] {
    for (int i = 0; i < 11; ++i) store->put_task_definition(definition("b", store->next_revision("b")));
    store->put_task_definition(definition("a", store->next_revision("a"), "INACTIVE"));
    store->put_task_definition(definition("c", store->next_revision("c")));
  });
  CHECK(store->latest_active_revision("b") == 11);
  CHECK_FALSE(store->latest_active_revision("a"));
  const auto all = store->list_task_definitions({});
  REQUIRE(all.size() == 12);
  CHECK(all[9].revision == 10);
  CHECK(all[11].family == "c");
  const auto backward = store->list_task_definitions({.family = "b", .descending = true, .limit = 2});
  REQUIRE(backward.size() == 2);
  CHECK(backward[0].revision == 11);
  const auto next = store->list_task_definitions({.descending = true, .after = Store::DefinitionKey{"b", 11}, .limit = 1});
  REQUIRE(next.size() == 1);
  CHECK(next[0].revision == 10);
  CHECK(store->list_families("", "ACTIVE", "", 10) == std::vector<std::string>{"b", "c"});
  CHECK(store->list_families("", "INACTIVE", "", 10) == std::vector<std::string>{"a"});
  CHECK(store->list_families("", "ALL", "a", 1) == std::vector<std::string>{"b"});
  CHECK(store->list_families("c", "ALL", "", 10) == std::vector<std::string>{"c"});
}

TEST_CASE("old stopped tasks are forgotten by age and by number") {
  const auto store = open();
  commit(*store, [&] {
    for (int i = 0; i < 6; ++i) {
      scheduler::Task stopped = task("t" + std::to_string(i), "", TaskStatus::Stopped);
      stopped.stopped_at = Timestamp(seconds(i));
      store->put_task(stopped);
      store->put_log_tail(stopped.id, "app", {}, Timestamp(seconds(0)));
    }
    store->put_task(task("alive"));
  });
  commit(*store, [&] { store->prune_stopped_tasks(Timestamp(seconds(1)), 100); });
  CHECK_FALSE(store->task("t0"));
  CHECK(store->task("t1"));
  commit(*store, [&] { store->prune_stopped_tasks(Timestamp(seconds(0)), 2); });
  CHECK_FALSE(store->task("t3"));
  CHECK(store->task("t4"));
  CHECK(store->task("t5"));
  CHECK(store->task("alive"));
  CHECK_FALSE(store->log_tail("t3", "app"));
  CHECK(store->log_tail("t5", "app"));
}

TEST_CASE("what is kept of output is bounded in bytes, and the oldest goes first") {
  const TemporaryFile file;
  const std::string line(1000, 'x');
  {
    const auto store = open(file.path());
    commit(*store, [&] {
      for (int i = 0; i < 10; ++i) store->put_log_tail("t" + std::to_string(i), "app", {.lines = {{Timestamp{}, "stdout", line}}}, Timestamp(seconds(i)));
    });
    CHECK(store->log_tail_bytes() > 10'000);
    commit(*store, [&] { store->prune_log_tails(store->log_tail_bytes()); });
    CHECK(store->log_tail("t0", "app"));
  }
  const auto store = open(file.path());
  CHECK(store->log_tail_bytes() > 10'000);
  {
    Store::Transaction undone(*store);
    store->prune_log_tails(1000);
    CHECK(store->log_tail_bytes() <= 1000);
  }
  CHECK(store->log_tail_bytes() > 10'000);
  commit(*store, [&] { store->prune_log_tails(6000); });
  CHECK(store->log_tail_bytes() <= 6000);
  CHECK_FALSE(store->log_tail("t4", "app"));
  CHECK(store->log_tail("t5", "app"));
  CHECK(store->log_tail("t9", "app"));
}

TEST_CASE("log groups and streams are found by prefix and age") {
  const auto store = open();
  commit(*store, [&] {
    for (const char* name : {"a", "b", "c"}) {
      store->put_log_stream({.group = "/berth/x", .stream = std::string("web/app/") + name, .task_id = name, .container = "app",
                             .created_at = Timestamp(seconds(name[0]))});
    }
    store->put_log_stream({.group = "/other", .stream = "s", .task_id = "t", .container = "app"});
  });
  CHECK(store->log_groups("", "", 10) == std::vector<std::string>{"/berth/x", "/other"});
  CHECK(store->log_groups("/b", "", 10) == std::vector<std::string>{"/berth/x"});
  CHECK(store->log_groups("", "/berth/x", 10) == std::vector<std::string>{"/other"});
  CHECK(store->log_streams("/berth/x", "web/", "web/app/a", 1).at(0).task_id == "b");
  CHECK(store->newest_log_streams("/berth/x", "", 2).at(0).task_id == "c");
}

TEST_CASE("a crash before a commit loses it, a crash after it does not") {
  const TemporaryFile file;
  for (const auto& [when, kept] : {std::pair(Store::When::before, false), std::pair(Store::When::after, true)}) {
    const std::string name = kept ? "after" : "before";
    {
      const auto store = open(file.path());
      store->fail_at(1, when);
      bool crashed = false;
      try {
        Store::Transaction transaction(*store);
        store->put_cluster({.name = name});
        (void)transaction.commit();
      } catch (const CrashPoint&) {
        crashed = true;
      }
      CHECK(crashed);
    }
    CHECK(static_cast<bool>(open(file.path())->cluster(name)) == kept);
  }
}

}  // namespace
}  // namespace berth::engine
