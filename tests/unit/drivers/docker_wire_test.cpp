#include <catch2/catch.hpp>

#include "engine/drivers/docker/http.h"
#include "engine/drivers/docker/log_frames.h"
#include "engine/drivers/docker/tar.h"
#include "engine/drivers/docker/wire.h"

namespace berth::engine::docker {
namespace {

ContainerSpec full_spec() {
  ContainerSpec spec;
  spec.name = "ecs-web-3-app-0a1b";
  spec.task_id = "0a1b";
  spec.container = "app";
  spec.image = "web:1";
  spec.entrypoint = {"/bin/app"};
  spec.command = {{"--port", "80"}};
  spec.environment = {{"B", "2"}, {"A", "1=1"}};
  spec.labels = {{"team", "shop"}};
  spec.user = "1000:1000";
  spec.working_directory = "/srv";
  spec.ports = {{.container_port = 80, .host_port = 0}, {.container_port = 53, .host_port = 5353, .protocol = "udp"}};
  spec.cpu_shares = 256;
  spec.cpu_quota_units = 512;
  spec.memory_bytes = 64 << 20;
  spec.memory_reservation_bytes = 32 << 20;
  spec.health_check =
      HealthCheckSpec{.command = {"CMD-SHELL", "wget -q -O- localhost"}, .interval = std::chrono::seconds(5), .retries = 2};
  spec.init_process = true;
  spec.ulimits = {{"nofile", 1024, 2048}};
  return spec;
}

TEST_CASE("of a health check's runs the newest that failed is told") {
  const auto inspect = Json::parse(R"({"Name": "/a", "State": {"Status": "running", "Health": {"Status": "unhealthy", "Log": [
    {"Start": "2026-11-22T10:00:00Z", "End": "2026-11-22T10:00:01Z", "ExitCode": 1, "Output": "old"},
    {"Start": "2026-11-22T10:00:05Z", "End": "2026-11-22T10:00:06Z", "ExitCode": 7, "Output": "connection refused"},
    {"Start": "2026-11-22T10:00:10Z", "End": "2026-11-22T10:00:11Z", "ExitCode": 0, "Output": "fine"}]}}})");
  const auto run = state_of(inspect).failed_check;
  REQUIRE(run);
  CHECK(run->exit_code == 7);
  CHECK(run->output == "connection refused");
  CHECK(run->at.has_value());
  CHECK_FALSE(state_of(Json::parse(R"({"State": {"Status": "running"}})")).failed_check);
}

TEST_CASE("the body of a create request has everything of the spec") {
  auto body = create_body(full_spec(), "e1");
  CHECK(body == Json::parse(R"({
    "Image": "web:1", "Entrypoint": ["/bin/app"], "Cmd": ["--port", "80"], "Env": ["A=1=1", "B=2"], "User": "1000:1000", "WorkingDir": "/srv",
    "Labels": {"team": "shop", "berth.engine": "e1", "berth.task": "0a1b", "berth.container": "app"},
    "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
    "Healthcheck": {"Test": ["CMD-SHELL", "wget -q -O- localhost"], "Interval": 5000000000, "Timeout": 5000000000, "StartPeriod": 0, "Retries": 2},
    "HostConfig": {"NetworkMode": "bridge", "CpuShares": 256, "NanoCpus": 500000000, "Memory": 67108864, "MemoryReservation": 33554432, "Init": true,
      "Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}],
      "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}], "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "5353"}]},
      "LogConfig": {"Type": "json-file", "Config": {"max-size": "16m", "max-file": "2"}}}})"));
}

TEST_CASE("a container of a task with its own network joins the pause container and publishes nothing") {
  auto spec = full_spec();
  spec.network_mode = NetworkMode::awsvpc;
  auto body = create_body(spec, "e1");
  CHECK(body["HostConfig"]["NetworkMode"] == "container:berth-pause-0a1b");
  CHECK_FALSE(body.contains("ExposedPorts"));
  CHECK_FALSE(body["HostConfig"].contains("PortBindings"));
}

TEST_CASE("volumes, devices, namespaces and security go into the create request") {
  ContainerSpec spec;
  spec.task_id = "0a1b";
  spec.memory_bytes = 64 << 20;
  spec.swap_bytes = 16 << 20;
  spec.swappiness = 5;
  spec.shm_bytes = 8 << 20;
  spec.open_stdin = spec.terminal = true;
  spec.links = {"ecs-db:db"};
  spec.volumes_from = {"ecs-log:ro"};
  spec.tmpfs = {{"/t", "size=4m"}};
  spec.devices = {{"/dev/null", "/n", "rm"}};
  spec.sysctls = {{"net.core.somaxconn", "99"}};
  spec.security_options = {"no-new-privileges"};
  spec.pid_mode = NamespaceMode::host;
  spec.ipc_mode = NamespaceMode::none;
  MountSpec path;
  path.source = "/etc", path.target = "/host", path.read_only = true;
  MountSpec scratch;
  scratch.kind = MountSpec::Kind::volume, scratch.source = "ecs-v", scratch.target = "/v", scratch.task_scoped = true;
  MountSpec cache;
  cache.kind = MountSpec::Kind::volume, cache.source = "cache", cache.target = "/c", cache.driver_options = {{"type", "tmpfs"}};
  spec.mounts = {path, scratch, cache};
  auto body = create_body(spec, "e1");
  CHECK(body["OpenStdin"] == true);
  CHECK(body["Tty"] == true);
  body["HostConfig"].erase("LogConfig");
  CHECK(body["HostConfig"] == Json::parse(R"({"NetworkMode": "bridge", "Memory": 67108864, "MemorySwap": 83886080, "MemorySwappiness": 5,
    "ShmSize": 8388608, "Binds": ["/etc:/host:ro"], "VolumesFrom": ["ecs-log:ro"], "Links": ["ecs-db:db"], "Tmpfs": {"/t": "size=4m"},
    "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/n", "CgroupPermissions": "rm"}], "Sysctls": {"net.core.somaxconn": "99"},
    "SecurityOpt": ["no-new-privileges"], "PidMode": "host", "IpcMode": "none",
    "Mounts": [{"Type": "volume", "Source": "ecs-v", "Target": "/v", "ReadOnly": false,
        "VolumeOptions": {"Labels": {"berth.engine": "e1", "berth.task": "0a1b"}}},
      {"Type": "volume", "Source": "cache", "Target": "/c", "ReadOnly": false,
        "VolumeOptions": {"Labels": {}, "DriverConfig": {"Name": "local", "Options": {"type": "tmpfs"}}}}]})"));
}

TEST_CASE("what a task's containers share is held by the pause container, and they join it") {
  ContainerSpec spec;
  spec.task_id = "0a1b";
  spec.pid_mode = spec.ipc_mode = NamespaceMode::task;
  spec.shm_bytes = 1 << 20;
  CHECK(needs_pause(spec));
  CHECK_FALSE(needs_pause(ContainerSpec{}));
  auto body = create_body(spec, "e1");
  CHECK(body["HostConfig"]["NetworkMode"] == "bridge");
  CHECK(body["HostConfig"]["PidMode"] == "container:berth-pause-0a1b");
  CHECK(body["HostConfig"]["IpcMode"] == "container:berth-pause-0a1b");
  CHECK_FALSE(body["HostConfig"].contains("ShmSize"));
  CHECK(joins_pause(Json{{"HostConfig", body["HostConfig"]}}));

  SandboxSpec sandbox{.network = false, .sysctls = {{"kernel.shmmax", "2"}}, .dns_servers = {}, .dns_search_domains = {}, .shm_bytes = 1 << 20};
  auto pause = pause_body("0a1b", "e1", "pause:1", "berth-e1", sandbox);
  CHECK(pause["HostConfig"]["NetworkMode"] == "none");
  CHECK(pause["HostConfig"]["IpcMode"] == "shareable");
  CHECK(pause["HostConfig"]["ShmSize"] == 1 << 20);
  CHECK(pause["HostConfig"]["Sysctls"] == Json::parse(R"({"kernel.shmmax": "2"})"));
  sandbox.network = true;
  CHECK(pause_body("0a1b", "e1", "pause:1", "berth-e1", sandbox)["HostConfig"]["NetworkMode"] == "berth-e1");
}

TEST_CASE("output of a terminal is lines without frames, however it is divided") {
  const std::string text = "2026-11-22T16:47:03.120456789Z one two\r\n2026-11-22T16:47:04Z three";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    LogFrames frames(LogFrames::Form::plain);
    frames.feed(std::string_view(text).substr(0, cut));
    frames.feed(std::string_view(text).substr(cut));
    auto lines = frames.finish();
    REQUIRE(lines);
    REQUIRE(lines->size() == 2);
    CHECK(lines->at(0).text == "one two");
    CHECK(lines->at(0).stream == "stdout");
    CHECK(lines->at(1).text == "three");
  }
}

TEST_CASE("without a health check in the task definition the image's own is off") {
  ContainerSpec spec;
  CHECK(create_body(spec, "e1")["Healthcheck"] == Json::parse(R"({"Test": ["NONE"]})"));
  CHECK_FALSE(create_body(spec, "e1").contains("Cmd"));
}

TEST_CASE("an inspect document becomes a state") {
  auto inspect = Json::parse(R"({
    "Id": "abc", "Name": "/web", "Image": "sha256:12",
    "Config": {"StopSignal": "SIGQUIT", "Labels": {"berth.engine": "e1", "berth.task": "0a1b", "berth.container": "app"}},
    "HostConfig": {"NetworkMode": "default"},
    "State": {"Status": "running", "OOMKilled": false, "ExitCode": 0, "StartedAt": "2026-11-22T16:47:03.120456789Z",
      "FinishedAt": "0001-01-01T00:00:00Z", "Health": {"Status": "starting"}},
    "NetworkSettings": {"IPAddress": "172.17.0.2", "Ports": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}], "81/tcp": null}}})");
  auto state = state_of(inspect);
  CHECK(state.name == "web");
  CHECK(state.task_id == "0a1b");
  CHECK(state.container == "app");
  CHECK(state.phase == ContainerState::Phase::running);
  CHECK_FALSE(state.exit_code);
  CHECK(state.health == "starting");
  CHECK(state.private_ip == "172.17.0.2");
  CHECK(state.ports == std::vector<PortBinding>{{"127.0.0.1", 80, 49153, "tcp"}});
  CHECK(format_utc(*state.started_at) == "2026-11-22T16:47:03.120Z");
  CHECK_FALSE(state.finished_at);
  CHECK(stop_signal(inspect) == "SIGQUIT");
  CHECK(engine_of(inspect) == "e1");
  CHECK_FALSE(joins_pause(inspect));

  inspect["State"] = Json::parse(R"({"Status": "exited", "OOMKilled": true, "ExitCode": 137, "FinishedAt": "2026-11-22T16:47:04Z",
    "Health": {"Status": "unhealthy"}})");
  state = state_of(inspect);
  CHECK(state.phase == ContainerState::Phase::exited);
  CHECK(state.exit_code == 137);
  CHECK(state.out_of_memory);
  CHECK(state.health.empty());
  CHECK(state.finished_at);
}

TEST_CASE("a document that is not what we expect is no crash") {
  for (const char* text : {"{}", "[]", "null", R"({"State": 3, "Config": {"Labels": null}, "NetworkSettings": {"Ports": []}})"})
    CHECK(state_of(Json::parse(text)).name.empty());
}

TEST_CASE("image references are split as Docker wants them") {
  CHECK(parse_image("busybox") == ImageReference{"busybox", "latest"});
  CHECK(parse_image("busybox:1") == ImageReference{"busybox", "1"});
  CHECK(parse_image("localhost:5000/a/b") == ImageReference{"localhost:5000/a/b", "latest"});
  CHECK(parse_image("localhost:5000/a/b:v2") == ImageReference{"localhost:5000/a/b", "v2"});
  CHECK(parse_image("a/b:v2@sha256:00") == ImageReference{"a/b", "sha256:00"});
}

TEST_CASE("a digest is the repository's, else the image's own id") {
  const auto image = Json::parse(R"({"Id": "sha256:1", "RepoDigests": ["shop/web@sha256:2", "localhost:5000/web@sha256:3", "busybox@sha256:4"]})");
  CHECK(local_image_of(image, "shop/web:1") == LocalImage{.digest = "sha256:2", .of_registry = true});
  CHECK(local_image_of(image, "localhost:5000/web") == LocalImage{.digest = "sha256:3", .of_registry = true});
  CHECK(local_image_of(image, "docker.io/library/busybox:latest") == LocalImage{.digest = "sha256:4", .of_registry = true});
  // Tagged by hand: no registry knows it by this name.
  CHECK(local_image_of(image, "mine:1") == LocalImage{.digest = "sha256:1", .of_registry = false});
  CHECK(local_image_of(Json::parse(R"({"Id": "sha256:1", "RepoDigests": []})"), "web:1") == LocalImage{.digest = "sha256:1", .of_registry = false});
  CHECK(by_digest("localhost:5000/web:1", "sha256:3") == "localhost:5000/web@sha256:3");
}

TEST_CASE("of the event stream only what changes a container of ours is taken") {
  auto line = [](const std::string& action) {
    return R"({"Type":"container","Action":")" + action +
           R"(","Actor":{"ID":"abc","Attributes":{"name":"web","berth.task":"t","berth.container":"app","exitCode":"1"}},"timeNano":1})";
  };
  CHECK(parse_event(line("die")) == Event{Event::Kind::die, "web", "abc", "t", "app", false});
  CHECK(parse_event(line("start"))->kind == Event::Kind::start);
  CHECK(parse_event(line("destroy"))->kind == Event::Kind::destroy);
  CHECK(parse_event(line("health_status: unhealthy"))->kind == Event::Kind::health);
  CHECK_FALSE(parse_event(line("exec_die")));
  CHECK_FALSE(parse_event(R"({"Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"name":"somebody"}}})"));
  CHECK_FALSE(parse_event(R"({"Type":"network","Action":"destroy","Actor":{"Attributes":{"name":"x"}}})"));
  CHECK_FALSE(parse_event("not json"));
}

TEST_CASE("a pull that Docker answers with 200 may have failed all the same") {
  CHECK(pull_problem("{\"status\":\"Pulling\"}\n{\"errorDetail\":{\"message\":\"gone\"},\"error\":\"gone\"}\n") == "gone");
  CHECK_FALSE(pull_problem("{\"status\":\"Pulling\"}\n{\"status\":\"Done\"}\n"));
}

TEST_CASE("errors of Docker are its message") {
  CHECK(message_of(R"({"message":"no such container"})") == "no such container");
  CHECK(message_of("plain") == "plain");
}

std::string frame(char stream, const std::string& message) {
  std::string header{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(message.size() >> shift);
  return header + message;
}

TEST_CASE("log frames become lines, however the body is divided") {
  auto body = frame(1, "2026-11-22T16:47:03.1Z hello\n") + frame(2, "2026-11-22T16:47:03.2Z oh\n") +
              frame(1, "2026-11-22T16:47:04Z a long ") + frame(2, "2026-11-22T16:47:04.1Z between\n") +
              frame(1, "2026-11-22T16:47:05Z line\n") + frame(1, "2026-11-22T16:47:06Z \n") +
              frame(1, "2026-11-22T16:47:07Z no ending");
  auto piece = GENERATE(1u, 7u, 1000u);
  LogFrames frames;
  for (std::size_t at = 0; at < body.size(); at += piece) frames.feed(std::string_view(body).substr(at, piece));
  auto lines = frames.finish();
  REQUIRE(lines);
  std::vector<std::string> texts;
  for (const auto& line : *lines) texts.push_back(line.stream + ":" + line.text);
  CHECK(texts == std::vector<std::string>{"stdout:hello", "stderr:oh", "stderr:between", "stdout:a long line",
                                          "stdout:", "stdout:no ending"});
  CHECK(format_utc(lines->at(3).time) == "2026-11-22T16:47:04.000Z");
}

TEST_CASE("a log that ends inside a frame, or is none, is an error") {
  auto body = GENERATE(std::string("hello terminal, no frames"), frame(1, "2026-11-22T16:47:03Z hello\n").substr(0, 20),
                       frame(1, "no time\n"));
  LogFrames frames;
  frames.feed(body);
  CHECK_FALSE(frames.finish());
}

TEST_CASE("times of Docker") {
  CHECK(format_utc(*parse_time("2026-11-22T16:47:03Z")) == "2026-11-22T16:47:03.000Z");
  CHECK(format_utc(*parse_time("2026-02-28T23:59:59.999999999Z")) == "2026-02-28T23:59:59.999Z");
  CHECK_FALSE(parse_time("0001-01-01T00:00:00Z"));
  CHECK_FALSE(parse_time("2026-11-22 16:47:03"));
  CHECK_FALSE(parse_time(""));
}

TEST_CASE("a tar of one file has the blocks and the checksum of ustar") {
  auto tar = tar_of_executable("pause", std::string(600, 'x'));
  REQUIRE(tar.size() == 512 + 1024 + 1024);
  CHECK(tar.substr(0, 6) == std::string("pause\0", 6));
  CHECK(tar.substr(257, 8) == std::string("ustar\00000", 8));
  CHECK(std::stoul(tar.substr(124, 11), nullptr, 8) == 600);
  auto header = tar.substr(0, 512);
  auto stated = std::stoul(header.substr(148, 6), nullptr, 8);
  header.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (unsigned char byte : header) sum += byte;
  CHECK(stated == sum);
}

TEST_CASE("query values are escaped") { CHECK(percent_encode("a b/c:d~e") == "a%20b%2Fc%3Ad~e"); }

}  // namespace
}  // namespace berth::engine::docker
