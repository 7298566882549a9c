// The half of the Docker driver that carries out operations; docker_driver.cpp has the rest.
#include <fmt/format.h>

#include "base/log.h"
#include "engine/drivers/docker/docker_driver.h"

namespace berth::engine::docker {
namespace {

using Clock = std::chrono::steady_clock;
using Again = std::optional<Lanes::Time>;

constexpr Again kDone = std::nullopt;

/// Until somebody wakes the lane. Not the end of time: a wake-up that is lost must not hold a task for ever.
Again until_woken() { return Clock::now() + std::chrono::hours(3); }

/// Work on another lane that an operation waits for.
struct Errand {
  std::atomic<bool> begun{false};
  std::atomic<bool> done{false};
  std::optional<Error> error;
  std::string value;

  void finish(std::optional<Error> failure) {
    error = std::move(failure);
    done = true;
  }
};

template <class T>
std::optional<Error> error_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

template <class T>
std::optional<T> value_of(const Result<T>& result) {
  return result ? std::optional(*result) : std::nullopt;
}

SandboxSpec sandbox_of(const ContainerSpec& spec) {
  auto sandbox = spec.sandbox;
  sandbox.network |= spec.network_mode == NetworkMode::awsvpc;
  return sandbox;
}

/// Volumes that outlive tasks are there before them, unless the definition provides them.
Result<void> check_volumes(Client& client, const ContainerSpec& spec) {
  for (const auto& mount : spec.mounts) {
    if (!mount.must_exist) continue;
    BERTH_TRY(exists, client.volume_exists(mount.source));
    if (!exists)
      return Error{"CannotCreateVolumeError",
                   fmt::format("the volume `{}` of scope shared does not exist, and its autoprovision is false", mount.source)};
  }
  return {};
}

/// By this name an image never changes.
bool is_pinned(const std::string& image) { return image.find('@') != std::string::npos; }

/// Whether an image that is here is used without asking its registry.
bool is_good(const LocalImage& here, const std::string& image, ImagePull behaviour) {
  return is_pinned(image) || !here.of_registry || behaviour == ImagePull::prefer_cached;
}

/// An image that its deployment has decided for, if it is here.
Result<std::optional<LocalImage>> find_pinned(Client& client, const std::string& image, const std::string& digest) {
  BERTH_TRY(found, client.find_image(by_digest(image, digest)));
  if (found) return found;
  // One that never was in a registry has an id and no more.
  return client.find_image(digest);
}

}  // namespace

Lanes::Step DockerDriver::pull_step(Operation operation) {
  auto errand = std::make_shared<Errand>();
  const auto asked = Clock::now();
  return [this, operation = std::move(operation), errand, asked](Client& client) -> Again {
    const auto& wanted = operation.spec;
    if (errand->done) return complete(operation, errand->error, std::nullopt, errand->value), kDone;
    if (errand->begun) return until_woken();
    auto here = wanted.image_digest.empty() ? client.find_image(wanted.image) : find_pinned(client, wanted.image, wanted.image_digest);
    const auto image = wanted.image_digest.empty() ? wanted.image : by_digest(wanted.image, wanted.image_digest);
    if (!here) return complete(operation, here.error()), kDone;
    if (*here && is_good(**here, image, config_.pull)) {
      const auto& digest = wanted.image_digest.empty() ? (*here)->digest : wanted.image_digest;
      return complete(operation, std::nullopt, std::nullopt, digest), kDone;
    }
    errand->begun = true;
    auto lane = wanted.name.empty() ? "image " + wanted.image : wanted.name;
    pullers_->post(image, [this, image, errand, lane, asked](Client& puller) -> Again {
      auto digest = pull(puller, image, asked);
      errand->value = value_of(digest).value_or("");
      errand->finish(error_of(digest));
      lanes_->wake(lane);
      return kDone;
    });
    return until_woken();
  };
}

Result<std::string> DockerDriver::pull(Client& client, const std::string& image, Lanes::Time asked) {
  // A registry that is silent for so long is taken for one that cannot be reached, where that does no harm.
  constexpr Milliseconds kSilence = std::chrono::minutes(1);
  constexpr Milliseconds kSilenceWithCached = std::chrono::seconds(15);
  BERTH_TRY(here, client.find_image(image));
  // Of many tasks that ask at once, one asks the registry for all: a pull that began after they asked is as good as one of their own.
  if (here && (is_good(*here, image, config_.pull) || pulls_.begun_since(image, asked))) return here->digest;
  const auto begun = Clock::now();
  auto pulled = client.pull(image, here ? kSilenceWithCached : kSilence);
  if (!pulled && here && config_.pull != ImagePull::always && pulled.error().code != "Cancelled") {
    log(LogLevel::warn, "an image could not be pulled; the one that is here is used", {{"image", image}, {"reason", pulled.error().message}});
    pulls_.note(image, begun);
    return here->digest;
  }
  if (!pulled) return pulled.error();
  pulls_.note(image, begun);
  BERTH_TRY(found, client.find_image(image));
  if (found) return found->digest;
  return Error{"CannotPullContainerError", fmt::format("`{}` is not there after its pull", image), true};
}

Lanes::Step DockerDriver::create_step(Operation operation) {
  auto network = std::make_shared<Errand>();
  return [this, operation = std::move(operation), network](Client& client) -> Again {
    const auto& spec = operation.spec;
    if (needs_pause(spec) && !network->done) {
      if (network->begun.exchange(true)) return until_woken();
      lanes_->post(TaskNetworks::lane(spec.task_id),
                   [this, network, task_id = spec.task_id, sandbox = sandbox_of(spec), lane = spec.name](Client& maker) -> Again {
                     network->finish(error_of(networks_.ensure(maker, task_id, sandbox)));
                     lanes_->wake(lane);
                     return kDone;
                   });
      return until_woken();
    }
    auto created = network->error ? Result<ContainerState>(*network->error) : create(client, spec);
    if (!created) drop_member(spec.task_id, spec.name);
    complete(operation, error_of(created), value_of(created));
    return kDone;
  };
}

Result<ContainerState> DockerDriver::create(Client& client, const ContainerSpec& spec) {
  BERTH_TRY_VOID(check_volumes(client, spec));
  auto exact = spec;
  BERTH_TRY(reference, client.image_reference(spec.image, spec.image_digest));
  exact.image = reference;
  BERTH_TRY(id, client.create(spec.name, create_body(exact, config_.engine_id)));
  if (!id) return adopt(client, spec);
  ContainerState state;
  state.name = spec.name;
  state.runtime_id = *id;
  state.task_id = spec.task_id;
  state.container = spec.container;
  return state;
}

Result<ContainerState> DockerDriver::adopt(Client& client, const ContainerSpec& spec) {
  BERTH_TRY(inspected, client.inspect(spec.name));
  if (!inspected)
    return Error{"CannotCreateContainerError", fmt::format("the name `{}` was taken and is free now", spec.name), true};
  auto state = state_of(*inspected);
  bool ours = engine_of(*inspected) == config_.engine_id && state.task_id == spec.task_id && state.container == spec.container;
  if (ours) return with_address(std::move(state));
  return Error{"CannotCreateContainerError",
               fmt::format("the name `{}` is taken by container {} of somebody else", spec.name, state.runtime_id)};
}

Lanes::Step DockerDriver::start_step(Operation operation) {
  return [this, operation = std::move(operation)](Client& client) -> Again {
    auto started = start(client, operation.spec.name);
    complete(operation, error_of(started), value_of(started));
    return kDone;
  };
}

Result<ContainerState> DockerDriver::start(Client& client, const std::string& name) {
  starting_.insert(name);
  auto started = client.start(name);
  if (!started || !*started) starting_.erase(name);
  if (!started) return started.error();
  BERTH_TRY(inspected, client.inspect(name));
  if (!inspected) return Error{"ContainerVanishedError", fmt::format("`{}` vanished after its start", name)};
  return with_address(state_of(*inspected));
}

Lanes::Step DockerDriver::stop_step(Operation operation) {
  struct Progress {
    enum class Phase { begin, signalled, killed } phase = Phase::begin;
    Lanes::Time deadline{};
  };
  return [this, operation = std::move(operation), progress = std::make_shared<Progress>()](Client& client) -> Again {
    using Phase = Progress::Phase;
    // A lost event costs at most this.
    constexpr auto kLook = std::chrono::seconds(5);
    constexpr auto kAfterKill = std::chrono::minutes(2);
    const auto& name = operation.spec.name;
    auto finish = [&](std::optional<Error> error, std::optional<ContainerState> state) -> Again {
      stopping_.erase(name);
      complete(operation, std::move(error), std::move(state));
      return kDone;
    };
    // Before looking: an end after the look is then seen as one that we wait for.
    stopping_.insert(name);
    auto inspected = client.inspect(name);
    if (!inspected) return finish(inspected.error(), std::nullopt);
    if (!*inspected) return finish(std::nullopt, std::nullopt);
    auto state = state_of(**inspected);
    if (state.phase != ContainerState::Phase::running) return finish(std::nullopt, with_address(std::move(state)));

    auto now = Clock::now();
    if (progress->phase != Phase::begin && now < progress->deadline) return std::min(progress->deadline, now + kLook);
    if (progress->phase == Phase::killed)
      return finish(Error{"CannotStopContainerError", fmt::format("`{}` runs on after SIGKILL", name), true}, std::nullopt);
    bool first = progress->phase == Phase::begin;
    auto signalled = client.kill(name, first ? stop_signal(**inspected) : "SIGKILL");
    if (!signalled) return finish(signalled.error(), std::nullopt);
    progress->phase = first ? Phase::signalled : Phase::killed;
    progress->deadline = now + (first ? Clock::duration(operation.stop_timeout) : Clock::duration(kAfterKill));
    return std::min(progress->deadline, now + kLook);
  };
}

Lanes::Step DockerDriver::remove_step(Operation operation) {
  return [this, operation = std::move(operation)](Client& client) -> Again {
    const auto& name = operation.spec.name;
    removing_.insert(name);
    auto removed = client.remove(name);
    if (!removed || !*removed) removing_.erase(name);
    // Fails while other containers of the task have them; the last one's removal ends them.
    if (removed) removed = forget_volumes(client, operation.spec.task_id, *removed);
    bool last = removed && networks_.drop_member(operation.spec.task_id, name);
    if (!last) return complete(operation, error_of(removed)), kDone;
    // The last one is gone when its task's network is; a failure makes the whole removal be tried again.
    remove_unused_network(operation.spec.task_id, [this, operation](std::optional<Error> error) {
      if (error) networks_.add_member(operation.spec.task_id, operation.spec.name);
      complete(operation, std::move(error));
    });
    return kDone;
  };
}

Result<bool> DockerDriver::forget_volumes(Client& client, const std::string& task_id, bool removed) const {
  BERTH_TRY_VOID(client.remove_task_volumes(fmt::format("{}={}", kEngineLabel, config_.engine_id), fmt::format("{}={}", kTaskLabel, task_id)));
  return removed;
}

void DockerDriver::drop_member(const std::string& task_id, const std::string& name) {
  if (networks_.drop_member(task_id, name)) remove_unused_network(task_id);
}

void DockerDriver::remove_unused_network(const std::string& task_id, std::function<void(std::optional<Error>)> finish) {
  lanes_->post(TaskNetworks::lane(task_id), [this, task_id, finish = std::move(finish)](Client& client) -> Again {
    auto name = pause_name(task_id);
    removing_.insert(name);
    auto removed = networks_.remove_unused(client, task_id);
    if (!removed || !*removed) removing_.erase(name);
    if (finish) finish(error_of(removed));
    return kDone;
  });
}

}  // namespace berth::engine::docker
