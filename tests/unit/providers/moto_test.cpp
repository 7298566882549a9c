// Our client, reader and executor against an independent implementation of the ECS API, on loopback. Runs where moto_server is installed.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>

#include "ir/ecs_form.h"
#include "ir/schema.h"
#include "planner/planner.h"
#include "planner/render.h"
#include "providers/ecs/ecs_provider.h"
#include "providers/ecs/execute.h"
#include "providers/ecs/read.h"
#include "providers/http/curl_client.h"
#include "tests/unit/providers/fakes.h"

extern char** environ;

namespace berth::provider {
namespace {

std::string find_program(const std::string& name) {
  std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
  for (std::string directory; std::getline(path, directory, ':');) {
    const std::string candidate = directory + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

/// A port of loopback that nobody has at the moment.
int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool ok = bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return ok ? ntohs(address.sin_port) : 0;
}

/// moto_server in a process group of its own, ended with this.
class Moto {
 public:
  explicit Moto(const std::string& program) : port_(std::to_string(free_port())) {
    std::vector<std::string> words{program, "-H", "127.0.0.1", "-p", port_};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    REQUIRE(posix_spawn(&pid_, program.c_str(), &files, &attributes, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  ~Moto() {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Moto(const Moto&) = delete;
  Moto& operator=(const Moto&) = delete;
  [[nodiscard]] Endpoint endpoint() const { return *parse_endpoint("http://127.0.0.1:" + port_); }

 private:
  std::string port_;
  pid_t pid_ = 0;
};

/// moto describes only the capacity providers that a request names: this names all that were made.
class NamesProviders final : public HttpClient {
 public:
  explicit NamesProviders(std::unique_ptr<HttpClient> inner) : inner_(std::move(inner)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string target = request.headers.at("X-Amz-Target");
    Json body = Json::parse(request.body);
    if (target.ends_with(".CreateCapacityProvider")) made_.push_back(body["name"]);
    if (!target.ends_with(".DescribeCapacityProviders") || body.contains("capacityProviders")) return inner_->send(request);
    body["capacityProviders"] = made_;
    HttpRequest named = request;
    named.body = body.dump();
    return inner_->send(named);
  }

 private:
  std::unique_ptr<HttpClient> inner_;
  std::vector<std::string> made_;
};

/// moto finds the service by the scope of a credential; it does not look at the signature.
EcsClient::Options options() {
  return {.retry = {.attempts = 200, .base = Milliseconds(100), .cap = Milliseconds(200)},
          .timeout = Milliseconds(20'000),
          .headers = {{"Authorization", "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0"}}};
}

ir::Resource resource(const std::string& kind, const std::string& name, ir::Map body) {
  body.set("name", ir::Value::string(name));
  ir::Value value = ir::Value::map(std::move(body));
  ir::canonicalize(*ir::schema::resource_kind(kind), value);
  return {{kind, name}, std::move(value), {}, ""};
}

ir::Resource web_task(const std::string& image) {
  ir::Map app;
  app.set("image", ir::Value::string(image));
  app.set("memory", ir::Value::quantity(64 << 20, ir::Unit::bytes));
  ir::Map containers;
  containers.set("app", ir::Value::map(std::move(app)));
  ir::Map body;
  body.set("container", ir::Value::map(std::move(containers)));
  return resource("task", "web", std::move(body));
}

ir::Resource web_service(int replicas) {
  ir::Map body;
  body.set("cluster", ir::Value::reference({"cluster", "main"}));
  body.set("task", ir::Value::reference({"task", "web"}));
  body.set("replicas", ir::Value::integer(replicas));
  return resource("service", "web", std::move(body));
}

/// A stack with capacity: `groups` are labels of Auto Scaling groups, `target` is how full they should be.
ir::Program with_capacity(const std::vector<std::string>& groups, std::int64_t target) {
  ir::Program program{.stack = "shop", .environment = "prod"};
  ir::Map named;
  for (const std::string& label : groups) {
    ir::Map group;
    group.set("group", ir::Value::reference({"asg", "workers"}));
    group.set("target", ir::Value::quantity(target * 100, ir::Unit::basis_points));
    group.set("weight", ir::Value::integer(1));
    named.set(label, ir::Value::map(std::move(group)));
  }
  ir::Map capacity;
  capacity.set("fargate", ir::Value::map({}));
  if (!groups.empty()) capacity.set("asg", ir::Value::map(std::move(named)));
  ir::Map cluster;
  cluster.set("capacity", ir::Value::map(std::move(capacity)));
  const auto add = [&](ir::Resource made) { program.resources.emplace(made.address, std::move(made)); };
  add(resource("cluster", "main", std::move(cluster)));
  add(web_task("shop/web:1"));
  add(web_service(0));  // moto keeps no strategy of a service
  ir::Map arn;
  arn.set("arn", ir::Value::string("arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/workers"));
  program.externs.emplace(ir::Address{"asg", "workers"}, ir::Resource{{"asg", "workers"}, ir::Value::map(std::move(arn)), {}, ""});
  return program;
}

TEST_CASE("capacity is made, changed and taken away on an independent ECS, and each plan after an apply is empty", "[moto]") {
  const std::string program = find_program("moto_server");
  if (program.empty()) {
    WARN("skipped: moto_server is not installed");
    return;
  }
  const Moto moto(program);
  std::atomic<bool> stop{false};
  SystemWaitingClock clock(stop);
  EcsProvider provider(std::make_unique<NamesProviders>(std::make_unique<CurlClient>(moto.endpoint())), clock, {.client = options()});
  plan::Progress nobody;
  const auto apply = [&](const ir::Program& wanted, bool destroy = false) {
    DiagnosticSink sink;
    const plan::Options how{.target = plan::Target::aws, .destroy = destroy};
    auto live = provider.read(plan::read_scope(wanted));
    REQUIRE(live);
    const plan::Plan made = plan::make_plan(wanted, *std::move(live), how, sink);
    REQUIRE(made.applyable);
    plan::Bindings bindings(made);
    // moto never completes a deployment.
    std::vector<plan::Action> actions = plan::schedule(made);
    for (const plan::Action& action : actions) {
      if (action.verb == plan::Verb::await_stable || action.verb == plan::Verb::await_gone) continue;
      const auto result = provider.execute(action, bindings, nobody);
      INFO(action.text() << (result ? "" : ": " + result.error().message));
      REQUIRE(result);
      if (action.desired != nullptr) bindings.set(action.address, {result->arn, result->name, result->deployment});
    }
    auto after = provider.read(plan::read_scope(wanted));
    REQUIRE(after);
    if (destroy) return *std::move(after);
    const plan::Plan again = plan::make_plan(wanted, *after, how, sink);
    INFO(plan::render_text(again));
    REQUIRE(again.empty());
    return *std::move(after);
  };
  const auto target = [](const ir::Snapshot& live, const char* label) { return ir::at(live.find({"cluster", "main"})->resource.body, {"capacity", "asg", label, "target"}); };
  CHECK(target(apply(with_capacity({"batch"}, 80)), "batch")->as_quantity()->amount == 8'000);
  CHECK(target(apply(with_capacity({"batch"}, 100)), "batch") == nullptr);
  CHECK(target(apply(with_capacity({"batch", "spot"}, 70)), "spot")->as_quantity()->amount == 7'000);
  CHECK(ir::at(apply(with_capacity({"spot"}, 70)).find({"cluster", "main"})->resource.body, {"capacity", "asg", "batch"}) == nullptr);
  apply(with_capacity({}, 0));
  CHECK(apply(with_capacity({"spot"}, 70), true).find({"cluster", "main"}) == nullptr);
}

TEST_CASE("what we create on an independent ECS is what we read from it", "[moto]") {
  const std::string program = find_program("moto_server");
  if (program.empty()) {
    WARN("skipped: moto_server is not installed");
    return;
  }
  const Moto moto(program);
  std::atomic<bool> stop{false};
  SystemWaitingClock clock(stop);
  NamesProviders http(std::make_unique<CurlClient>(moto.endpoint()));
  EcsClient client(http, clock, options());
  Recorder progress;
  plan::Bindings bindings;
  const auto execute = [&](plan::Action action) {
    const std::string address = action.address.text();
    action.tags = {{"berth:stack", "shop/prod"}, {"berth:address", address}, {"berth:hash", "h1"}, {"team", "web"}};
    auto result = execute_action(client, clock, {}, action, bindings, progress);
    INFO((result ? "" : result.error().code + ": " + result.error().message));
    REQUIRE(result);
    bindings.set(action.address, {result->arn, result->name, result->deployment});
    return *result;
  };
  const ir::Resource cluster = resource("cluster", "main", {});
  const ir::Resource task = web_task("shop/web:1");
  const ir::Resource service = web_service(0);
  execute({.id = 0, .verb = plan::Verb::create, .address = cluster.address, .desired = &cluster});
  CHECK(execute({.id = 1, .verb = plan::Verb::register_revision, .address = task.address, .desired = &task}).revision == 1);
  CHECK_FALSE(execute({.id = 2, .verb = plan::Verb::create, .address = service.address, .desired = &service}).deployment.empty());

  const plan::ReadScope scope{.stack = "shop/prod", .region = "", .wanted = {{service.address, "web", "main"}}};
  const auto snapshot = read_snapshot(client, scope, 2);
  REQUIRE(snapshot);
  REQUIRE(snapshot->resources.size() == 3);
  for (const ir::Resource* desired : {&cluster, &task, &service}) {
    const ir::LiveResource* live = snapshot->find(desired->address);
    INFO(desired->address.text());
    REQUIRE(live != nullptr);
    CHECK(live->stack == "shop/prod");
    CHECK(live->hash == "h1");
    ir::Value body = live->resource.body;
    REQUIRE(body.as_map()->erase("tags"));
    CHECK(ir::to_json(body) == ir::to_json(desired->body));
  }

  const ir::Resource more = web_service(3);
  const ir::LiveResource* live = snapshot->find(service.address);
  plan::Action update{.id = 3, .verb = plan::Verb::update, .address = service.address, .desired = &more, .live = live};
  update.fields = {"replicas"};
  execute(update);
  const auto again = read_snapshot(client, scope, 2);
  REQUIRE(again);
  CHECK(ir::at(again->find(service.address)->resource.body, {"replicas"})->as_quantity()->amount == 3);

  const auto missing = client.call("ListServices", {{"cluster", "nowhere"}});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "ClusterNotFoundException");
}

}  // namespace
}  // namespace berth::provider
