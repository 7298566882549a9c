#include "engine/drivers/docker/client.h"

#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "engine/drivers/docker/host_probe.h"
#include "engine/drivers/docker/log_frames.h"

namespace berth::engine::docker {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kNotModified = 304;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;

Error refused(const char* name, const HttpResponse& response) {
  // Docker's own failures (5xx) may pass; what it calls our mistake (4xx) stays one.
  return {name, message_of(response.body), response.status >= 500};
}

/// A time limit keeps its name (DockerTimeoutError), with what it was about.
Error timed_out(Error error, const char* state, Milliseconds limit) {
  if (error.code == "DockerTimeoutError")
    error.message = fmt::format("could not transition to {}; timed out after waiting {}", state, format_duration(limit));
  return error;
}

std::string seconds_text(Timestamp time) {
  auto since_epoch = time.time_since_epoch().count();
  return fmt::format("{}.{:03}000000", since_epoch / 1000, since_epoch % 1000);
}

std::string filters(const Json& value) { return percent_encode(canonical_json(value)); }

}  // namespace

Client::Client(const Endpoint& endpoint, const std::atomic<bool>& cancelled)
    : version_(endpoint.version), connection_(endpoint.host, cancelled) {}

HttpRequest Client::request(std::string method, std::string path, Milliseconds limit) const {
  return {.method = std::move(method), .path = fmt::format("/{}{}", version_, path), .body = std::nullopt, .limit = limit};
}

Result<std::string> Client::negotiate() {
  BERTH_TRY(response, connection_.send({.path = "/version", .body = std::nullopt, .limit = seconds(10)}));
  auto json = parse_json(response.body);
  if (!response.ok() || !json || !json->is_object())
    return Error{"CannotGetDockerclientError", fmt::format("what answers is no Docker Engine (status {})", response.status)};
  int minor = 41, lowest = 0, highest = 0;
  bool known = std::sscanf(json->value("MinAPIVersion", "1.12").c_str(), "1.%d", &lowest) == 1 &&
               std::sscanf(json->value("ApiVersion", "").c_str(), "1.%d", &highest) == 1;
  if (!known || highest < minor)
    return Error{"CannotGetDockerclientError",
                 fmt::format("Docker's API version {} is below 1.41", json->value("ApiVersion", "?"))};
  return fmt::format("v1.{}", std::max(minor, lowest));
}

Result<Capacity> Client::capacity() {
  BERTH_TRY(response, connection_.send(request("GET", "/info", seconds(30))));
  auto json = parse_json(response.body);
  if (!response.ok() || !json || !json->is_object()) return refused("CannotGetDockerclientError", response);
  HostLimits host;
  host.missing_controls = missing_controls_of(*json);
  return Capacity{.cpu_units = json->value("NCPU", std::int64_t{0}) * 1024,
                  .memory_mib = json->value("MemTotal", std::int64_t{0}) >> 20,
                  .host = std::make_shared<const HostLimits>(std::move(host))};
}

Result<std::optional<LocalImage>> Client::find_image(const std::string& image) {
  BERTH_TRY(response, connection_.send(request("GET", "/images/" + image + "/json", seconds(30))));
  if (response.status == kNotFound) return std::optional<LocalImage>();
  auto json = parse_json(response.body);
  if (!response.ok() || !json) return refused("CannotPullContainerError", response);
  return std::optional(local_image_of(*json, image));
}

Result<std::string> Client::image_reference(const std::string& image, const std::string& digest) {
  BERTH_TRY(named, find_image(image));
  if (digest.empty() || (named && named->digest == digest)) return image;
  const std::string pinned = by_digest(image, digest);
  BERTH_TRY(found, find_image(pinned));
  return found ? pinned : digest;
}

Result<void> Client::pull(const std::string& image, Milliseconds idle_limit) {
  auto reference = parse_image(image);
  auto pull = request(
      "POST", fmt::format("/images/create?fromImage={}&tag={}", percent_encode(reference.name), percent_encode(reference.tag)),
      hours(2));
  pull.idle_limit = idle_limit;
  // Only problems are kept of the progress: it is long.
  std::string line;
  std::optional<std::string> problem;
  auto response = connection_.stream(pull, [&](std::string_view piece) {
    line += piece;
    for (std::size_t end; (end = line.find('\n')) != std::string::npos; line.erase(0, end + 1))
      if (auto found = pull_problem(std::string_view(line).substr(0, end))) problem = found;
    return true;
  });
  if (!response)
    return Error{response.error().code == "Cancelled" ? "Cancelled" : "CannotPullContainerError", response.error().message, true};
  if (!response->ok()) return refused("CannotPullContainerError", *response);
  if (!problem) problem = pull_problem(line);
  if (problem) return Error{"CannotPullContainerError", *problem, true};
  return {};
}

Result<void> Client::import_image(const std::string& tar, const ImageReference& reference, const std::string& change) {
  auto import = request("POST",
                        fmt::format("/images/create?fromSrc=-&repo={}&tag={}&changes={}", percent_encode(reference.name),
                                    percent_encode(reference.tag), percent_encode(change)),
                        minutes(2));
  import.body = tar;
  import.content_type = "application/x-tar";
  BERTH_TRY(response, connection_.send(import));
  if (!response.ok()) return refused("CannotCreateContainerError", response);
  if (auto problem = pull_problem(response.body)) return Error{"CannotCreateContainerError", *problem};
  return {};
}

Result<std::optional<std::string>> Client::create(const std::string& name, const Json& body) {
  constexpr auto kLimit = minutes(4);
  auto create = request("POST", "/containers/create?name=" + percent_encode(name), kLimit);
  create.body = canonical_json(body);
  auto response = connection_.send(create);
  if (!response) return timed_out(response.error(), "created", kLimit);
  if (response->status == kConflict) return std::optional<std::string>();
  auto json = parse_json(response->body);
  if (!response->ok() || !json || !json->is_object()) return refused("CannotCreateContainerError", *response);
  return std::optional(json->value("Id", ""));
}

Result<bool> Client::start(const std::string& name) {
  constexpr auto kLimit = minutes(3);
  auto response = connection_.send(request("POST", fmt::format("/containers/{}/start", name), kLimit));
  if (!response) return timed_out(response.error(), "started", kLimit);
  if (response->ok() || response->status == kNotModified) return response->status != kNotModified;
  return refused("CannotStartContainerError", *response);
}

Result<std::optional<Json>> Client::inspect(const std::string& name) {
  BERTH_TRY(response, connection_.send(request("GET", fmt::format("/containers/{}/json", name), seconds(30))));
  if (response.status == kNotFound) return std::optional<Json>();
  if (!response.ok()) return refused("CannotInspectContainerError", response);
  BERTH_TRY(json, parse_json(response.body));
  return std::optional(std::move(json));
}

Result<void> Client::kill(const std::string& name, const std::string& signal) {
  BERTH_TRY(response, connection_.send(request("POST", fmt::format("/containers/{}/kill?signal={}", name, percent_encode(signal)),
                                               seconds(60))));
  if (response.ok() || response.status == kNotFound || response.status == kConflict) return {};
  return refused("CannotStopContainerError", response);
}

Result<bool> Client::remove(const std::string& name) {
  BERTH_TRY(response, connection_.send(request("DELETE", fmt::format("/containers/{}?force=1&v=1", name), minutes(5))));
  // 409: Docker is removing it already.
  if (response.ok() || response.status == kNotFound || response.status == kConflict) return response.ok();
  return refused("CannotRemoveContainerError", response);
}

Result<std::vector<std::string>> Client::list(const std::string& label) {
  BERTH_TRY(response,
            connection_.send(request("GET", "/containers/json?all=1&filters=" + filters({{"label", {label}}}), minutes(1))));
  auto json = parse_json(response.body);
  if (!response.ok() || !json || !json->is_array()) return refused("CannotListContainersError", response);
  std::vector<std::string> ids;
  for (const auto& container : *json) ids.push_back(container.value("Id", ""));
  return ids;
}

Result<bool> Client::volume_exists(const std::string& name) {
  BERTH_TRY(response, connection_.send(request("GET", "/volumes/" + percent_encode(name), seconds(30))));
  if (response.ok() || response.status == kNotFound) return response.ok();
  return refused("CannotCreateVolumeError", response);
}

Result<void> Client::remove_task_volumes(const std::string& engine_label, const std::string& task_label) {
  Json wanted = {{"label", {engine_label, task_label}}, {"dangling", {"true"}}};
  BERTH_TRY(response, connection_.send(request("GET", "/volumes?filters=" + filters(wanted), minutes(1))));
  auto json = parse_json(response.body);
  if (!response.ok() || !json || !json->is_object()) return refused("CannotRemoveVolumeError", response);
  const Json volumes = json->value("Volumes", Json());
  for (const auto& volume : volumes.is_array() ? volumes : Json::array()) {
    BERTH_TRY(removed, connection_.send(request("DELETE", "/volumes/" + percent_encode(volume.value("Name", "")), minutes(1))));
    // 409: a container has it again.
    if (!removed.ok() && removed.status != kNotFound && removed.status != kConflict) return refused("CannotRemoveVolumeError", removed);
  }
  return {};
}

Result<std::vector<LogLine>> Client::logs(const LogQuery& query) {
  auto path = fmt::format("/containers/{}/logs?stdout=1&stderr=1&timestamps=1&tail={}", query.name, query.limit);
  if (query.since) path += "&since=" + seconds_text(*query.since);
  if (query.until) path += "&until=" + seconds_text(*query.until);
  BERTH_TRY(inspected, inspect(query.name));
  LogFrames frames(inspected && has_terminal(*inspected) ? LogFrames::Form::plain : LogFrames::Form::frames);
  BERTH_TRY(response, connection_.stream(request("GET", path, minutes(1)), [&](std::string_view piece) {
    frames.feed(piece);
    return true;
  }));
  if (response.status == kNotFound) return Error{"NoSuchContainerError", message_of(response.body)};
  if (!response.ok()) return refused("CannotDescribeContainerError", response);
  return frames.finish();
}

Result<void> Client::ensure_network(const std::string& name, const std::string& engine_id) {
  BERTH_TRY(found, connection_.send(request("GET", "/networks/" + percent_encode(name), seconds(30))));
  if (found.ok()) return {};
  auto create = request("POST", "/networks/create", minutes(1));
  create.body =
      canonical_json({{"Name", name}, {"Driver", "bridge"}, {"CheckDuplicate", true}, {"Labels", {{kEngineLabel, engine_id}}}});
  BERTH_TRY(response, connection_.send(create));
  if (response.ok() || response.status == kConflict) return {};
  return refused("ContainerNetworkingError", response);
}

Result<void> Client::events(const std::string& label, const std::function<void()>& on_open,
                            const std::function<void(std::string_view)>& on_line) {
  Json wanted = {{"type", {"container"}}, {"label", {label}}, {"event", {"start", "die", "destroy", "health_status"}}};
  std::string pending;
  BERTH_TRY(response, connection_.stream(
                          request("GET", "/events?filters=" + filters(wanted), Milliseconds(0)),
                          [&](std::string_view piece) {
                            pending += piece;
                            for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
                              on_line(std::string_view(pending).substr(0, end));
                            return true;
                          },
                          on_open));
  if (!response.ok()) return refused("CannotGetDockerclientError", response);
  return Error{"CannotGetDockerclientError", "the event stream ended", true};
}

}  // namespace berth::engine::docker
