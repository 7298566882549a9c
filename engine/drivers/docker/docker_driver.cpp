#include "engine/drivers/docker/docker_driver.h"

#include <fmt/format.h>

#include "base/log.h"
#include "engine/drivers/docker/host_probe.h"

namespace berth::engine::docker {
namespace {

constexpr int kPullWorkers = 3;

std::string engine_filter(const std::string& engine_id) { return fmt::format("{}={}", kEngineLabel, engine_id); }

}  // namespace

Result<std::unique_ptr<DockerDriver>> DockerDriver::connect(DockerConfig config) {
  std::atomic<bool> cancelled{false};
  Endpoint endpoint{.host = config.host};
  BERTH_TRY(version, Client(endpoint, cancelled).negotiate());
  endpoint.version = version;
  BERTH_TRY(capacity, Client(endpoint, cancelled).capacity());
  HostLimits host = probe_host(config.host);
  host.missing_controls = capacity.host->missing_controls;
  for (const auto& [name, most] : host.ulimits) {
    log(LogLevel::info, "a ulimit of containers is bounded by this machine", {{"ulimit", name}, {"most", std::to_string(most)}});
  }
  if (!host.missing_capabilities.empty()) {
    log(LogLevel::warn, "this machine has not all capabilities to give", {{"missing", fmt::format("{}", fmt::join(host.missing_capabilities, " "))}});
  }
  if (!host.missing_controls.empty()) {
    log(LogLevel::warn, "this machine's control groups can't bound all", {{"missing", fmt::format("{}", fmt::join(host.missing_controls, " "))}});
  }
  capacity.host = std::make_shared<const HostLimits>(std::move(host));
  return std::unique_ptr<DockerDriver>(new DockerDriver(std::move(config), std::move(endpoint), capacity));
}

DockerDriver::DockerDriver(DockerConfig config, Endpoint endpoint, Capacity capacity)
    : config_(std::move(config)), endpoint_(std::move(endpoint)), capacity_(capacity), networks_(config_.engine_id) {
  auto make_client = [this] { return std::make_unique<Client>(endpoint_, cancelled_); };
  list_client_ = make_client();
  int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  pullers_ = std::make_unique<Lanes>(kPullWorkers, make_client);
  lanes_ = std::make_unique<Lanes>(config_.workers > 0 ? config_.workers : 2 * cores, make_client);
  event_thread_ = std::thread([this] { watch_events(); });
}

void DockerDriver::abandon() {
  cancelled_ = true;
  { std::lock_guard lock(ending_mutex_); }
  ending_.notify_all();
}

DockerDriver::~DockerDriver() {
  abandon();
  event_thread_.join();
  // A puller wakes lanes and a lane feeds pullers: both stop before either is destroyed.
  pullers_->end();
  lanes_->end();
}

void DockerDriver::submit(Operation operation) {
  auto name = operation.spec.name;
  switch (operation.kind) {
    case OperationKind::pull:
      return lanes_->post(name.empty() ? "image " + operation.spec.image : name, pull_step(std::move(operation)));
    case OperationKind::create:
      if (needs_pause(operation.spec)) networks_.add_member(operation.spec.task_id, name);
      return lanes_->post(name, create_step(std::move(operation)));
    case OperationKind::start: return lanes_->post(name, start_step(std::move(operation)));
    case OperationKind::stop: return lanes_->post(name, stop_step(std::move(operation)));
    case OperationKind::remove: return lanes_->post(name, remove_step(std::move(operation)));
  }
}

ContainerDriver::News DockerDriver::poll() {
  std::lock_guard lock(news_mutex_);
  return std::exchange(news_, {});
}

void DockerDriver::on_news(std::function<void()> wake) {
  std::lock_guard lock(news_mutex_);
  wake_ = std::move(wake);
}

void DockerDriver::tell(const std::function<void(News&)>& add) {
  std::function<void()> wake;
  {
    std::lock_guard lock(news_mutex_);
    add(news_);
    wake = wake_;
  }
  if (wake) wake();
}

void DockerDriver::complete(const Operation& operation, std::optional<Error> error, std::optional<ContainerState> state,
                            std::string image_digest) {
  tell([&](News& news) {
    news.completions.push_back({.id = operation.id,
                                .kind = operation.kind,
                                .name = operation.spec.name,
                                .task_id = operation.spec.task_id,
                                .container = operation.spec.container,
                                .error = std::move(error),
                                .state = std::move(state),
                                .image_digest = std::move(image_digest)});
  });
}

void DockerDriver::report(ContainerEvent event) {
  tell([&](News& news) { news.events.push_back(std::move(event)); });
}

ContainerState DockerDriver::with_address(ContainerState state) const {
  if (state.private_ip.empty()) state.private_ip = networks_.address(state.task_id);
  return state;
}

Result<std::vector<ContainerState>> DockerDriver::list() {
  std::lock_guard lock(list_mutex_);
  BERTH_TRY(ids, list_client_->list(engine_filter(config_.engine_id)));
  std::vector<ContainerState> states;
  std::vector<std::string> pauses;
  for (const auto& id : ids) {
    BERTH_TRY(inspected, list_client_->inspect(id));
    if (!inspected) continue;
    auto state = state_of(*inspected);
    if (state.name == pause_name(state.task_id)) {
      bool runs = state.phase == ContainerState::Phase::running;
      runs ? networks_.set_up(state.task_id, state.private_ip) : networks_.set_down(state.task_id);
      pauses.push_back(state.task_id);
      continue;
    }
    if (joins_pause(*inspected)) networks_.add_member(state.task_id, state.name);
    states.push_back(std::move(state));
  }
  for (auto& state : states) state = with_address(std::move(state));
  for (const auto& task_id : pauses)
    if (networks_.members(task_id).empty()) remove_unused_network(task_id);
  // Of tasks whose last container was removed just before a crash. Docker keeps those that a container still has.
  if (auto swept = list_client_->remove_task_volumes(engine_filter(config_.engine_id), kTaskLabel); !swept)
    log(LogLevel::warn, "volumes of ended tasks are left", {{"reason", swept.error().message}});
  return states;
}

Result<std::vector<LogLine>> DockerDriver::logs(const LogQuery& query) {
  Client client(endpoint_, cancelled_);
  return client.logs(query);
}

// Events.

void DockerDriver::watch_events() {
  constexpr Milliseconds kFirstPause{100};
  constexpr Milliseconds kLongestPause{5'000};
  Client client(endpoint_, cancelled_);
  auto pause = kFirstPause;
  while (!cancelled_) {
    auto opened = [&] {
      pause = kFirstPause;
      tell([](News& news) { news.resync = true; });
    };
    auto ended = client.events(engine_filter(config_.engine_id), opened, [this](std::string_view line) {
      if (auto event = parse_event(line)) take_event(*event);
    });
    if (cancelled_) return;
    log(LogLevel::warn, "docker events interrupted", {{"reason", ended.error().message}});
    std::unique_lock lock(ending_mutex_);
    ending_.wait_for(lock, pause, [this] { return cancelled_.load(); });
    pause = std::min(pause * 2, kLongestPause);
  }
}

void DockerDriver::take_event(const Event& event) {
  bool ours = removing_.contains(event.name);
  switch (event.kind) {
    case Event::Kind::start:
      if (starting_.erase(event.name)) return;
      break;
    case Event::Kind::die:
      if (event.pause) return ours ? void() : pause_died(event);
      // The stop that waits for this reports it.
      if (stopping_.erase(event.name)) return lanes_->wake(event.name);
      if (ours) return;
      break;
    case Event::Kind::destroy:
      if (removing_.erase(event.name)) return;
      break;
    case Event::Kind::health: break;
  }
  if (!event.pause) lanes_->post(event.name, look_step(event));
}

void DockerDriver::pause_died(const Event& event) {
  log(LogLevel::warn, "a task lost its network", {{"task", event.task_id}});
  networks_.set_down(event.task_id);
  // Without the pause container nobody reaches the others: they end, and their task is stopped and replaced.
  for (const auto& name : networks_.members(event.task_id))
    lanes_->post(name, [name](Client& client) -> std::optional<Lanes::Time> {
      (void)client.kill(name, "SIGKILL");
      return std::nullopt;
    });
}

Lanes::Step DockerDriver::look_step(Event event) {
  return [this, event = std::move(event)](Client& client) -> std::optional<Lanes::Time> {
    auto inspected = client.inspect(event.name);
    if (!inspected) return std::chrono::steady_clock::now() + std::chrono::seconds(1);
    if (*inspected) {
      report({.state = with_address(state_of(**inspected)), .gone = false});
      return std::nullopt;
    }
    ContainerState state;
    state.name = event.name;
    state.runtime_id = event.id;
    state.task_id = event.task_id;
    state.container = event.container;
    state.phase = ContainerState::Phase::exited;
    drop_member(event.task_id, event.name);
    report({.state = std::move(state), .gone = true});
    return std::nullopt;
  };
}

void DockerDriver::Pulls::note(const std::string& image, Lanes::Time begun) {
  std::lock_guard lock(mutex_);
  begun_[image] = begun;
}

bool DockerDriver::Pulls::begun_since(const std::string& image, Lanes::Time asked) const {
  std::lock_guard lock(mutex_);
  const auto found = begun_.find(image);
  return found != begun_.end() && found->second >= asked;
}

void DockerDriver::Expected::insert(const std::string& name) {
  std::lock_guard lock(mutex_);
  names_.insert(name);
}

bool DockerDriver::Expected::erase(const std::string& name) {
  std::lock_guard lock(mutex_);
  return names_.erase(name) > 0;
}

bool DockerDriver::Expected::contains(const std::string& name) const {
  std::lock_guard lock(mutex_);
  return names_.count(name) > 0;
}

}  // namespace berth::engine::docker
