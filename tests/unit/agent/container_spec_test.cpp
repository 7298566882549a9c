#include <catch2/catch.hpp>

#include "api/codec.h"
#include "engine/agent/container_spec.h"

namespace berth::engine {
namespace {

scheduler::Task task() {
  scheduler::Task made;
  made.id = "0123456789abcdef0123456789abcdef";
  made.arn = "arn:aws:ecs:us-east-1:000000000000:task/shop/0123456789abcdef0123456789abcdef";
  made.cluster_arn = "arn:aws:ecs:us-east-1:000000000000:cluster/shop";
  made.task_definition_arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:7";
  return made;
}

api::TaskDefinition definition(const char* json) {
  auto decoded = api::decode<api::TaskDefinition>(Json::parse(json));
  REQUIRE(decoded);
  return *decoded;
}

ContainerSpec spec(const scheduler::Task& of, const char* json, const std::string& container = "app") {
  auto made = make_container_spec(of, container, definition(json), "eu-west-1");
  REQUIRE(made);
  return *made;
}

TEST_CASE("a container's runtime name is a function of its task and its name") {
  CHECK(runtime_name(task(), "app") == "ecs-web-7-app-0123456789abcdef");
}

TEST_CASE("everything of the definition that the runtime honours is in the spec") {
  auto made = spec(
      task(), R"({"containerDefinitions": [{"name": "app", "image": "web:1", "cpu": 256, "memory": 64, "memoryReservation": 32,
    "entryPoint": ["/bin/sh"], "command": ["-c", "x"], "environment": [{"name": "A", "value": "1"}], "user": "1000", "workingDirectory": "/srv",
    "hostname": "h", "dockerLabels": {"team": "shop"}, "privileged": true, "readonlyRootFilesystem": true,
    "portMappings": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 53, "protocol": "udp"}, {"containerPortRange": "9000-9001"}],
    "healthCheck": {"command": ["CMD", "true"], "interval": 10, "retries": 2, "startPeriod": 3},
    "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}], "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.1"}],
    "linuxParameters": {"initProcessEnabled": true, "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}}}]})");
  ContainerSpec expected;
  expected.name = "ecs-web-7-app-0123456789abcdef";
  expected.task_id = task().id;
  expected.container = "app";
  expected.image = "web:1";
  expected.entrypoint = {"/bin/sh"};
  expected.command = {{"-c", "x"}};
  expected.environment = {
      {"A", "1"}, {"AWS_DEFAULT_REGION", "eu-west-1"}, {"AWS_EXECUTION_ENV", "AWS_ECS_EC2"}, {"AWS_REGION", "eu-west-1"}};
  expected.labels = {{"team", "shop"},
                     {"com.amazonaws.ecs.cluster", "shop"},
                     {"com.amazonaws.ecs.container-name", "app"},
                     {"com.amazonaws.ecs.task-arn", task().arn},
                     {"com.amazonaws.ecs.task-definition-family", "web"},
                     {"com.amazonaws.ecs.task-definition-version", "7"}};
  expected.user = "1000";
  expected.working_directory = "/srv";
  expected.hostname = "h";
  expected.ports = {{80, 8080, "tcp"}, {53, 0, "udp"}, {9000, 0, "tcp"}, {9001, 0, "tcp"}};
  expected.cpu_shares = 256;
  expected.memory_bytes = 64 << 20;
  expected.memory_reservation_bytes = 32 << 20;
  expected.health_check = HealthCheckSpec{.command = {"CMD", "true"},
                                          .interval = std::chrono::seconds(10),
                                          .timeout = std::chrono::seconds(5),
                                          .start_period = std::chrono::seconds(3),
                                          .retries = 2};
  expected.privileged = expected.read_only_root = expected.init_process = true;
  expected.ulimits = {{"nofile", 1, 2}};
  expected.extra_hosts = {"db:10.0.0.1"};
  expected.capabilities_add = {"SYS_PTRACE"};
  expected.capabilities_drop = {"ALL"};
  CHECK(made == expected);
}

TEST_CASE("what the definition leaves out is the runtime's or the image's") {
  auto made = spec(task(), R"({"containerDefinitions": [{"name": "app", "image": "web"}]})");
  CHECK_FALSE(made.command);
  CHECK_FALSE(made.memory_bytes);
  CHECK_FALSE(made.cpu_quota_units);
  CHECK_FALSE(made.health_check);
  CHECK(made.cpu_shares == 2);
}

TEST_CASE("the task's size is the ceiling of containers that have none") {
  auto* text =
      R"({"cpu": "512", "memory": "128", "containerDefinitions": [{"name": "app", "image": "a"}, {"name": "log", "image": "b", "memory": 3}]})";
  CHECK(spec(task(), text).cpu_quota_units == 512);
  CHECK(spec(task(), text).memory_bytes == 128 << 20);
  CHECK(spec(task(), text, "log").memory_bytes == 6 << 20);
}

TEST_CASE("what RunTask overrides wins, for the container it names") {
  auto overridden = task();
  overridden.extra = Json::parse(R"({"overrides": {"memory": "256", "containerOverrides": [
    {"name": "log", "command": ["no"]},
    {"name": "app", "command": ["yes"], "cpu": 99, "environment": [{"name": "A", "value": "2"}, {"name": "AWS_REGION", "value": "mars"}]}]}})");
  auto made =
      spec(overridden, R"({"memory": "128", "containerDefinitions": [{"name": "app", "image": "a", "cpu": 1, "command": ["def"],
    "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]}]})");
  CHECK(made.command == std::vector<std::string>{"yes"});
  CHECK(made.cpu_shares == 99);
  CHECK(made.memory_bytes == 256 << 20);
  CHECK(made.environment.at("A") == "2");
  CHECK(made.environment.at("B") == "1");
  CHECK(made.environment.at("AWS_REGION") == "mars");
}

TEST_CASE("the network of a container is its task's, unless it has none") {
  auto own = task();
  own.network_mode = "awsvpc";
  CHECK(spec(own, R"({"containerDefinitions": [{"name": "app", "image": "a"}]})").network_mode == NetworkMode::awsvpc);
  CHECK(spec(own, R"({"containerDefinitions": [{"name": "app", "image": "a", "disableNetworking": true}]})").network_mode ==
        NetworkMode::none);
}

TEST_CASE("volumes are paths of the host, volumes of the task, or volumes that stay") {
  auto made = spec(task(), R"({"volumes": [{"name": "etc", "host": {"sourcePath": "/etc"}}, {"name": "scratch"}, {"name": "also", "host": {}},
      {"name": "cache", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": true, "driver": "local", "driverOpts": {"type": "tmpfs"}, "labels": {"a": "b"}}},
      {"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}}],
    "containerDefinitions": [{"name": "app", "image": "a", "mountPoints": [
      {"sourceVolume": "etc", "containerPath": "/host", "readOnly": true}, {"sourceVolume": "scratch", "containerPath": "/scratch"},
      {"sourceVolume": "also", "containerPath": "/also"}, {"sourceVolume": "cache", "containerPath": "/cache"}, {"sourceVolume": "data", "containerPath": "/data"}],
      "volumesFrom": [{"sourceContainer": "log", "readOnly": true}, {"sourceContainer": "log"}]}]})");
  REQUIRE(made.mounts.size() == 5);
  CHECK(made.mounts[0].kind == MountSpec::Kind::host_path);
  CHECK(made.mounts[0].source == "/etc");
  CHECK(made.mounts[0].target == "/host");
  CHECK(made.mounts[0].read_only);
  CHECK(made.mounts[1].kind == MountSpec::Kind::volume);
  CHECK(made.mounts[1].source == "ecs-web-7-scratch-0123456789abcdef");
  CHECK(made.mounts[1].task_scoped);
  CHECK_FALSE(made.mounts[1].read_only);
  CHECK(made.mounts[2].source == "ecs-web-7-also-0123456789abcdef");
  CHECK(made.mounts[3].source == "cache");
  CHECK_FALSE(made.mounts[3].task_scoped);
  CHECK_FALSE(made.mounts[3].must_exist);
  CHECK(made.mounts[3].driver_options == std::map<std::string, std::string>{{"type", "tmpfs"}});
  CHECK(made.mounts[3].labels == std::map<std::string, std::string>{{"a", "b"}});
  CHECK(made.mounts[4].must_exist);
  CHECK(made.volumes_from == std::vector<std::string>{"ecs-web-7-log-0123456789abcdef:ro", "ecs-web-7-log-0123456789abcdef"});
}

TEST_CASE("a relative path of the host is no volume of Docker's") {
  auto made = make_container_spec(task(), "app", definition(R"({"volumes": [{"name": "v", "host": {"sourcePath": "var"}}],
    "containerDefinitions": [{"name": "app", "image": "a", "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}]})"), "r");
  REQUIRE_FALSE(made);
  CHECK(made.error().message == "the path `var` of volume `v` is not absolute");
}

TEST_CASE("linux parameters, security options, terminal and system controls are taken over") {
  auto made = spec(task(), R"({"containerDefinitions": [{"name": "app", "image": "a", "memory": 64, "interactive": true, "pseudoTerminal": true,
    "dockerSecurityOptions": ["no-new-privileges", "apparmor:p", "label:user:u"], "links": ["db", "db:store"],
    "systemControls": [{"namespace": "net.core.somaxconn", "value": "99"}, {"namespace": "kernel.msgmax", "value": "1"}],
    "linuxParameters": {"sharedMemorySize": 8, "maxSwap": 16, "swappiness": 5,
      "devices": [{"hostPath": "/dev/null", "permissions": ["read", "mknod"]}, {"hostPath": "/dev/zero", "containerPath": "/z"}],
      "tmpfs": [{"containerPath": "/t", "size": 4, "mountOptions": ["noexec", "mode=700"]}, {"containerPath": "/u", "size": 1}]}}]})");
  CHECK(made.open_stdin);
  CHECK(made.terminal);
  CHECK(made.security_options == std::vector<std::string>{"no-new-privileges", "apparmor=p", "label=user:u"});
  CHECK(made.links == std::vector<std::string>{"ecs-web-7-db-0123456789abcdef:db", "ecs-web-7-db-0123456789abcdef:store"});
  CHECK(made.sysctls == std::map<std::string, std::string>{{"kernel.msgmax", "1"}, {"net.core.somaxconn", "99"}});
  CHECK(made.shm_bytes == 8 << 20);
  CHECK(made.swap_bytes == 16 << 20);
  CHECK(made.swappiness == 5);
  CHECK(made.devices == std::vector<DeviceSpec>{{"/dev/null", "/dev/null", "rm"}, {"/dev/zero", "/z", "rwm"}});
  CHECK(made.tmpfs == std::map<std::string, std::string>{{"/t", "size=4m,noexec,mode=700"}, {"/u", "size=1m"}});
  CHECK_FALSE(spec(task(), R"({"containerDefinitions": [{"name": "app", "image": "a", "linuxParameters": {"swappiness": 5}}]})").swappiness);
}

TEST_CASE("what the containers of a task share is the same for all of them, and not each one's own") {
  auto own = task();
  own.network_mode = "awsvpc";
  auto* text = R"({"pidMode": "task", "ipcMode": "task", "containerDefinitions": [
    {"name": "app", "image": "a", "systemControls": [{"namespace": "net.core.somaxconn", "value": "1"}, {"namespace": "kernel.shmmax", "value": "2"}]},
    {"name": "log", "image": "a", "dnsServers": ["10.0.0.1"], "systemControls": [{"namespace": "net.core.somaxconn", "value": "3"}],
     "linuxParameters": {"sharedMemorySize": 8}}]})";
  auto app = spec(own, text);
  CHECK(app.sandbox.network);
  CHECK(app.sandbox.sysctls == std::map<std::string, std::string>{{"kernel.shmmax", "2"}, {"net.core.somaxconn", "3"}});
  CHECK(app.sandbox.dns_servers == std::vector<std::string>{"10.0.0.1"});
  CHECK(app.sandbox.shm_bytes == 8 << 20);
  CHECK(app.sysctls.empty());
  CHECK(app.pid_mode == NamespaceMode::task);
  CHECK(app.ipc_mode == NamespaceMode::task);
  CHECK(spec(own, text, "log").sandbox == app.sandbox);
  CHECK(spec(task(), R"({"pidMode": "host", "ipcMode": "none", "containerDefinitions": [{"name": "app", "image": "a"}]})").sandbox == SandboxSpec{});
}

TEST_CASE("a task that needs what only AWS has is not made, whichever container asks for it") {
  for (const char* member : {R"("secrets": [{"name": "PASSWORD", "valueFrom": "arn:aws:secretsmanager:r:1:secret:p"}])",
                             R"("environmentFiles": [{"value": "arn:aws:s3:::b/x.env", "type": "s3"}])",
                             R"("repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:r:1:secret:p"})",
                             R"("logConfiguration": {"logDriver": "splunk", "secretOptions": [{"name": "t", "valueFrom": "p"}]})"}) {
    auto text = std::string(R"({"containerDefinitions": [{"name": "app", "image": "a"}, {"name": "other", "image": "a", )") + member + "}]}";
    auto made = make_container_spec(task(), "app", definition(text.c_str()), "r");
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "ResourceInitializationError");
    CHECK(made.error().message.find("container other") != std::string::npos);
    CHECK_FALSE(made.error().retryable);
  }
}

TEST_CASE("a container that is not in the definition can't be made") {
  auto made =
      make_container_spec(task(), "ghost", definition(R"({"containerDefinitions": [{"name": "app", "image": "a"}]})"), "r");
  REQUIRE_FALSE(made);
  CHECK(made.error().code == "CannotCreateContainerError");
}

}  // namespace
}  // namespace berth::engine
