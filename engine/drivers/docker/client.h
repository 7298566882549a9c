#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/drivers/docker/http.h"
#include "engine/drivers/docker/wire.h"
#include "engine/drivers/driver.h"

namespace berth::engine::docker {

/// Where Docker is and which version of its API is spoken.
struct Endpoint {
  std::string host;  ///< unix:///path, tcp://host:port
  std::string version = "v1.41";
};

/// The calls of the Docker Engine API that we use, with ECS's time limits (ecs.md 5.3) and error names. One connection; not
/// thread-safe. Besides the named errors every call may fail with DockerTimeoutError, CannotGetDockerclientError or Cancelled.
class Client {
 public:
  Client(const Endpoint& endpoint, const std::atomic<bool>& cancelled);

  /// The oldest version from v1.41 on that the daemon speaks.
  Result<std::string> negotiate();
  Result<Capacity> capacity();

  /// An image that is here; nothing when it is not.
  Result<std::optional<LocalImage>> find_image(const std::string& image);
  /// The name by which an image that was found here with this digest is found now: its own where it still stands for it, else by digest or id.
  Result<std::string> image_reference(const std::string& image, const std::string& digest);
  /// CannotPullContainerError, also when nothing arrives for so long.
  Result<void> pull(const std::string& image, Milliseconds idle_limit);
  /// A one-file image from a tar of its root directory.
  Result<void> import_image(const std::string& tar, const ImageReference& reference, const std::string& change);

  /// The container's id, or nothing when the name is taken. CannotCreateContainerError.
  Result<std::optional<std::string>> create(const std::string& name, const Json& body);
  /// Whether it was this call that started it. CannotStartContainerError.
  Result<bool> start(const std::string& name);
  /// The inspect document; nothing when there is no such container. CannotInspectContainerError.
  Result<std::optional<Json>> inspect(const std::string& name);
  /// A container that does not run (any more) is no error. CannotStopContainerError.
  Result<void> kill(const std::string& name, const std::string& signal);
  /// With its anonymous volumes, also when it runs. Whether there was anything to remove. CannotRemoveContainerError.
  Result<bool> remove(const std::string& name);
  /// Names of all containers with the label. CannotListContainersError.
  Result<std::vector<std::string>> list(const std::string& label);
  Result<bool> volume_exists(const std::string& name);
  /// Removes the volumes with both labels that no container has. CannotRemoveVolumeError.
  Result<void> remove_task_volumes(const std::string& engine_label, const std::string& task_label);
  /// NoSuchContainerError, CannotDescribeContainerError.
  Result<std::vector<LogLine>> logs(const LogQuery& query);
  /// Makes a bridge network unless one of that name exists. ContainerNetworkingError.
  Result<void> ensure_network(const std::string& name, const std::string& engine_id);
  /// Until cancelled or the connection breaks; each line of the stream is given to `on_line`, `on_open` is called when it begins.
  Result<void> events(const std::string& label, const std::function<void()>& on_open,
                      const std::function<void(std::string_view)>& on_line);

 private:
  HttpRequest request(std::string method, std::string path, Milliseconds limit) const;

  std::string version_;
  HttpConnection connection_;
};

}  // namespace berth::engine::docker
