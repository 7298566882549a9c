// The half of the fake world that carries out operations; fake_world.cpp has what tests do to it.
#include <fmt/format.h>

#include "base/check.h"
#include "engine/drivers/fake_world.h"

namespace berth::engine {

namespace {

using Phase = ContainerState::Phase;

std::string lane_of(const Operation& operation) {
  return operation.spec.name.empty() ? "image " + operation.spec.image : operation.spec.name;
}

std::string label_of(const Operation& operation) {
  if (!operation.spec.container.empty()) return operation.spec.container;
  return operation.spec.name.empty() ? operation.spec.image : operation.spec.name;
}

}  // namespace

std::string FakeWorld::digest_of(const ContainerSpec& spec) const {
  if (!spec.image_digest.empty()) return spec.image_digest;
  const auto moved = digests_.find(spec.image);
  return moved != digests_.end() ? moved->second : fmt::format("sha256:{:064x}", std::hash<std::string>()(spec.image));
}

void FakeWorld::submit(Operation operation) {
  change_world([&] {
    auto lane = lane_of(operation);
    lanes_[lane].queue.push_back(std::move(operation));
    begin_next(lane);
  });
}

void FakeWorld::begin_next(const std::string& name) {
  auto& lane = lanes_[name];
  if (lane.busy) return;
  if (lane.queue.empty()) {
    lanes_.erase(name);
    return;
  }
  lane.busy = true;
  auto operation = std::move(lane.queue.front());
  lane.queue.pop_front();
  begin(std::move(operation));
}

void FakeWorld::begin(Operation operation) {
  journal_.push_back(fmt::format("{} {}", to_string(operation.kind), label_of(operation)));
  if (auto failure = injected(operation)) {
    if (failure->effect == Effect::none) return finish(operation, std::move(failure->error));
    disguised_[operation.id] = std::move(failure->error);
  }
  carry_out(operation);
}

void FakeWorld::carry_out(const Operation& operation) {
  switch (operation.kind) {
    case OperationKind::pull: return begin_pull(operation);
    case OperationKind::create: return begin_create(operation);
    case OperationKind::start: return begin_start(operation);
    case OperationKind::stop: return begin_stop(operation);
    case OperationKind::remove: return begin_remove(operation);
  }
}

void FakeWorld::finish(const Operation& operation, std::optional<Error> error) {
  auto lane = lane_of(operation);
  lanes_[lane].busy = false;
  const auto disguised = disguised_.find(operation.id);
  if (driver_ != 0) {
    Completion completion{.id = operation.id,
                          .kind = operation.kind,
                          .name = operation.spec.name,
                          .task_id = operation.spec.task_id,
                          .container = operation.spec.container,
                          .error = disguised != disguised_.end() ? disguised->second : std::move(error),
                          .state = std::nullopt,
                          .image_digest = {}};
    if (operation.kind == OperationKind::pull && !completion.error) completion.image_digest = digest_of(operation.spec);
    auto found = containers_.find(operation.spec.name);
    bool tells_state = operation.kind != OperationKind::pull && operation.kind != OperationKind::remove;
    if (tells_state && found != containers_.end()) completion.state = found->second.state;
    news_.completions.push_back(std::move(completion));
  }
  if (disguised != disguised_.end()) disguised_.erase(disguised);
  begin_next(lane);
}

std::optional<FakeWorld::Failure> FakeWorld::injected(const Operation& operation) {
  for (auto failure = failures_.begin(); failure != failures_.end(); ++failure) {
    if (failure->kind != operation.kind) continue;
    if (!failure->container.empty() && failure->container != operation.spec.container) continue;
    auto found = *failure;
    if (--failure->times == 0) failures_.erase(failure);
    return found;
  }
  return std::nullopt;
}

FakeScript FakeWorld::script_of(const ContainerSpec& spec, std::optional<Error>& error) const {
  for (const auto& what : {spec.container, spec.image})
    if (auto found = scripts_.find(what); found != scripts_.end()) return found->second;
  auto script = parse_fake_script(spec);
  if (script) return *script;
  error = script.error();
  return {};
}

void FakeWorld::finish_after(Milliseconds delay, const Operation& operation, std::function<std::optional<Error>()> effect) {
  schedule(delay, [this, operation, effect = std::move(effect), driver = driver_] {
    if (driver == driver_) return finish(operation, effect());
    if (at_crash_ == AtCrash::finish) effect();
    lanes_[lane_of(operation)].busy = false;
    begin_next(lane_of(operation));
  });
}

void FakeWorld::begin_pull(const Operation& operation) {
  std::optional<Error> problem;
  auto script = script_of(operation.spec, problem);
  finish_after(script.pull_time, operation, [image = operation.spec.image, fails = script.pull_fails]() -> std::optional<Error> {
    if (!fails) return std::nullopt;
    return Error{"CannotPullContainerError", fmt::format("pull access denied for {}, repository does not exist", image)};
  });
}

void FakeWorld::begin_create(const Operation& operation) {
  std::optional<Error> problem;
  auto script = script_of(operation.spec, problem);
  finish_after(script.create_time, operation, [this, spec = operation.spec] { return do_create(spec); });
}

std::optional<Error> FakeWorld::do_create(const ContainerSpec& spec) {
  std::optional<Error> problem;
  auto script = script_of(spec, problem);
  if (problem) return problem;
  if (script.create_fails) return Error{"CannotCreateContainerError", "the script says so"};
  if (auto existing = containers_.find(spec.name); existing != containers_.end()) {
    if (existing->second.state.task_id == spec.task_id && existing->second.state.container == spec.container) return std::nullopt;
    return Error{"CannotCreateContainerError", fmt::format("the container name `{}` is already in use", spec.name)};
  }
  Container container{.spec = spec, .state = {}, .script = std::move(script), .output = {}};
  container.state.name = spec.name;
  container.state.runtime_id = fmt::format("{:064x}", ++ids_);
  container.state.task_id = spec.task_id;
  container.state.container = spec.container;
  container.state.image_digest = digest_of(spec);
  containers_.emplace(spec.name, std::move(container));
  return std::nullopt;
}

void FakeWorld::begin_start(const Operation& operation) {
  auto found = containers_.find(operation.spec.name);
  auto delay = found == containers_.end() ? Milliseconds(0) : found->second.script.start_time;
  finish_after(delay, operation, [this, name = operation.spec.name] { return do_start(name); });
}

std::optional<Error> FakeWorld::do_start(const std::string& name) {
  auto found = containers_.find(name);
  if (found == containers_.end()) return Error{"CannotStartContainerError", fmt::format("no such container: {}", name)};
  auto& container = found->second;
  if (container.state.phase == Phase::running) return std::nullopt;
  // A restart goes by what is scripted by now.
  std::optional<Error> problem;
  if (FakeScript script = script_of(container.spec, problem); !problem) container.script = std::move(script);
  if (container.script.start_fails)
    return Error{"CannotStartContainerError", "exec: \"app\": executable file not found in $PATH"};
  if (auto taken = bind_ports(container)) return taken;
  auto& address = task_addresses_[container.spec.network_mode == NetworkMode::awsvpc ? container.spec.task_id : name];
  if (address.empty()) ++addresses_, address = fmt::format("172.30.{}.{}", addresses_ / 250, addresses_ % 250 + 2);
  bool has_address = container.spec.network_mode == NetworkMode::awsvpc || container.spec.network_mode == NetworkMode::bridge;
  container.state.private_ip = has_address ? address : "";
  container.state.phase = Phase::running;
  container.state.started_at = now_;
  container.state.exit_code.reset();
  container.state.finished_at.reset();
  container.state.out_of_memory = false;
  container.state.failed_check.reset();
  start_timers(name, container);
  return std::nullopt;
}

bool FakeWorld::port_is_taken(const std::string& address, std::uint16_t port) const {
  for (const auto& [name, container] : containers_)
    for (const auto& binding : container.state.ports)
      if (container.state.phase == Phase::running && binding.host_port == port && binding.bind_ip == address) return true;
  return false;
}

std::optional<Error> FakeWorld::bind_ports(Container& container) {
  container.state.ports.clear();
  if (container.spec.network_mode != NetworkMode::bridge) return std::nullopt;
  std::vector<PortBinding> bindings;
  std::uint16_t candidate = 32'768;
  for (const auto& wanted : container.spec.ports) {
    const auto& address = container.spec.bind_ip;
    if (wanted.host_port != 0 && port_is_taken(address, wanted.host_port))
      return Error{"CannotStartContainerError",
                   fmt::format("Bind for {}:{} failed: port is already allocated", address, wanted.host_port)};
    auto port = wanted.host_port;
    if (port == 0) {
      while (port_is_taken(address, candidate)) ++candidate;
      port = candidate++;
    }
    bindings.push_back(
        {.bind_ip = address, .container_port = wanted.container_port, .host_port = port, .protocol = wanted.protocol});
  }
  container.state.ports = std::move(bindings);
  return std::nullopt;
}

bool FakeWorld::turn(Container& container, const std::string& health) const {
  if (health == "unhealthy") container.state.failed_check = {.exit_code = 1, .output = "the script says so", .at = now_};
  return std::exchange(container.state.health, health) != health;
}

void FakeWorld::start_timers(const std::string& name, Container& container) {
  int run = ++container.starts;
  auto this_run = [this, name, run]() -> Container* {
    auto found = containers_.find(name);
    bool current = found != containers_.end() && found->second.starts == run && found->second.state.phase == Phase::running;
    return current ? &found->second : nullptr;
  };
  for (const auto& line : container.script.output) container.output.push_back({now_, "stdout", line});
  auto health = container.script.health;
  if (container.spec.health_check && health.empty()) health.emplace_back(container.spec.health_check->interval, "healthy");
  container.state.health = container.spec.health_check ? "starting" : "";
  for (const auto& [delay, state] : health)
    schedule(delay, [this, this_run, state = state] {
      auto* running = this_run();
      if (running && turn(*running, state)) tell(*running);
    });
  if (container.script.exits_after)
    schedule(*container.script.exits_after, [this, this_run, name, script = container.script] {
      if (this_run()) exit(name, script.exit_code, script.out_of_memory);
    });
}

void FakeWorld::exit(const std::string& name, int exit_code, bool out_of_memory) {
  auto& container = must_find(name);
  container.state.phase = Phase::exited;
  container.state.exit_code = exit_code;
  container.state.out_of_memory = out_of_memory;
  container.state.finished_at = now_;
  journal_.push_back(fmt::format("exit {} {}", container.spec.container, exit_code));
  tell(container);
}

void FakeWorld::begin_stop(const Operation& operation) {
  auto found = containers_.find(operation.spec.name);
  if (found == containers_.end() || found->second.state.phase != Phase::running)
    return finish_after(Milliseconds(0), operation, [] { return std::nullopt; });
  const auto& script = found->second.script;
  bool obeys = !script.ignores_stop && script.stop_delay <= operation.stop_timeout;
  auto delay = obeys ? script.stop_delay : operation.stop_timeout;
  int code = obeys ? script.stop_exit_code : 137;
  finish_after(delay, operation, [this, name = operation.spec.name, code, run = found->second.starts]() -> std::optional<Error> {
    auto container = containers_.find(name);
    bool runs =
        container != containers_.end() && container->second.state.phase == Phase::running && container->second.starts == run;
    if (runs) exit(name, code, false);
    return std::nullopt;
  });
}

void FakeWorld::begin_remove(const Operation& operation) {
  auto found = containers_.find(operation.spec.name);
  auto delay = found == containers_.end() ? Milliseconds(0) : found->second.script.remove_time;
  finish_after(delay, operation, [this, name = operation.spec.name]() -> std::optional<Error> {
    containers_.erase(name);
    return std::nullopt;
  });
}

void FakeWorld::tell(const Container& container, bool gone) {
  if (driver_ != 0 && !events_lost_) news_.events.push_back({container.state, gone});
}

}  // namespace berth::engine
