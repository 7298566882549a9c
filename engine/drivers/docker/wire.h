#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "engine/drivers/driver.h"

namespace berth::engine::docker {

// Docker Engine API 1.41 documents, as pure functions.

/// Labels by which an engine finds what is its own after a restart.
inline constexpr const char* kEngineLabel = "berth.engine";
inline constexpr const char* kTaskLabel = "berth.task";
inline constexpr const char* kContainerLabel = "berth.container";
/// On the container that holds a task's network namespace, instead of kContainerLabel.
inline constexpr const char* kPauseLabel = "berth.pause";

/// "berth-pause-<task id>".
std::string pause_name(const std::string& task_id);

/// The body of POST /containers/create. A container without a health check of its own gets none, whatever its image says
/// (ecs.md 1.7).
Json create_body(const ContainerSpec& spec, const std::string& engine_id);
/// The same for the container that holds a task's namespaces, on the network of that name if the task has an address.
Json pause_body(const std::string& task_id, const std::string& engine_id, const std::string& image, const std::string& network,
                const SandboxSpec& sandbox);
/// Whether the container joins a namespace that its task's pause container holds.
bool needs_pause(const ContainerSpec& spec);

/// GET /containers/X/json as our state. `private_ip` is empty for a container that joined another's network.
ContainerState state_of(const Json& inspect);

/// The engine that the container belongs to, or "".
std::string engine_of(const Json& inspect);
/// Whether the container lives in a namespace of a pause container.
bool joins_pause(const Json& inspect);
/// Whether the container has a terminal: its output then is plain text, not frames.
bool has_terminal(const Json& inspect);
/// The image's STOPSIGNAL, else SIGTERM.
std::string stop_signal(const Json& inspect);

/// Where a pull request finds an image: `POST /images/create?fromImage=name&tag=tag`; a digest is a tag there. Without a tag it
/// is "latest": Docker would pull every tag.
struct ImageReference {
  std::string name;
  std::string tag;
  bool operator==(const ImageReference&) const = default;
};
ImageReference parse_image(const std::string& image);

/// What is known of an image that is here.
struct LocalImage {
  std::string digest;        ///< "sha256:…" of the repository's manifest, or the image's own id when that never was in a registry
  bool of_registry = false;  ///< it came from the registry that its name says, or was pushed there
  bool operator==(const LocalImage&) const = default;
};
/// GET /images/X/json, asked for by this name.
LocalImage local_image_of(const Json& image, const std::string& name);
/// "repository@digest" of an image's name with or without a tag.
std::string by_digest(const std::string& image, const std::string& digest);

/// One line of GET /events about a container of ours.
struct Event {
  enum class Kind { start, die, destroy, health };
  Kind kind = Kind::die;
  std::string name;
  std::string id;
  std::string task_id;
  std::string container;
  bool pause = false;
  bool operator==(const Event&) const = default;
};
/// Nothing for events that mean nothing to us.
std::optional<Event> parse_event(std::string_view line);

/// The last problem in the newline-delimited progress of a pull, or nothing.
std::optional<std::string> pull_problem(std::string_view progress);

/// The `message` of an error's body, or the body.
std::string message_of(const std::string& body);

}  // namespace berth::engine::docker
