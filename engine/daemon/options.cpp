#include "engine/daemon/options.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "engine/server/http_server.h"

namespace berth::engine {
namespace {

constexpr int kUsageError = 64;

Usage wrong(const std::string& text) { return {"berthd: " + text + "\nTry `berthd --help`.\n", kUsageError}; }

/// "127.0.0.1:8080" and "[::1]:8080".
std::optional<Options::Listen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Options::Listen{.host = host, .port = port};
}

std::variant<Options, Usage> checked(Options options, const std::string& listen, const std::string& auth, const std::string& healthy_after) {
  if (const auto duration = parse_duration(healthy_after)) {
    options.healthy_after = *duration;
  } else {
    return wrong("--healthy-after takes a duration such as 40s, not `" + healthy_after + "`");
  }
  if (listen.empty()) {
    if (!auth.empty()) return wrong("--auth needs --listen");
    if (!options.credentials.empty()) return wrong("--credentials needs --listen");
    return options;
  }
  options.listen = parse_listen(listen);
  if (!options.listen) return wrong("--listen takes HOST:PORT, not `" + listen + "`");
  options.signatures = auth != "none";
  if (!options.signatures && !options.credentials.empty()) return wrong("--credentials is for --auth sigv4");
  if (!options.signatures && !is_loopback(options.listen->host)) return wrong("--auth none is for loopback addresses only, and " + options.listen->host + " is none");
  return options;
}

}  // namespace

std::optional<Milliseconds> parse_duration(const std::string& text) {
  std::int64_t amount = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), amount);
  const std::string unit(end, text.data() + text.size());
  if (failure != std::errc() || amount < 0 || amount > 1'000'000) return std::nullopt;
  if (unit == "ms") return Milliseconds(amount);
  if (unit == "s") return std::chrono::seconds(amount);
  if (unit == "m") return std::chrono::minutes(amount);
  if (unit == "h") return std::chrono::hours(amount);
  if (unit.empty() && amount == 0) return Milliseconds(0);
  return std::nullopt;
}

std::variant<Options, Usage> parse_options(int argc, const char* const* argv, const std::string& version) {
  Options options;
  std::string listen;
  std::string auth;
  std::string healthy_after = "40s";
  const char* docker_host = std::getenv("DOCKER_HOST");
  options.docker_host = docker_host && *docker_host ? docker_host : "unix:///var/run/docker.sock";
  CLI::App app("berthd: Amazon ECS on this machine. Keeps containers as services and tasks want them, and speaks the ECS API.", "berthd");
  app.add_option("--data-dir", options.data_dir, "Where everything is remembered; one engine per directory")->type_name("DIR")->required();
  app.add_option("--socket", options.socket, "Unix socket to answer on; only its owner may connect")->type_name("PATH")->required();
  app.add_option("--listen", listen, "Answer on a TCP address too")->type_name("HOST:PORT");
  app.add_option("--auth", auth, "Who may call over TCP: whoever signs with the credentials, or anyone (loopback addresses only)")
      ->check(CLI::IsMember({"none", "sigv4"}))
      ->option_text("sigv4|none [sigv4]");
  app.add_option("--credentials", options.credentials, "AWS profile `berth` with the keys that sign; made if it is missing")
      ->option_text("FILE [DIR/credentials]");
  app.add_option("--driver", options.driver, "Container runtime: docker, or fake (scripted, for tests)")
      ->check(CLI::IsMember({"docker", "fake"}))
      ->option_text("docker|fake [docker]");
  app.add_option("--docker-host", options.docker_host, "Docker's socket [DOCKER_HOST, or unix:///var/run/docker.sock]")->option_text("unix:///PATH");
  app.add_option("--image-pull", options.image_pull, "When registries are asked for images that are here: each time, using what is here when that fails; "
                                                     "each time, or the task fails; or never")
      ->check(CLI::IsMember({"default", "always", "prefer-cached"}))
      ->option_text("default|always|prefer-cached [default]");
  app.add_option("--healthy-after", healthy_after, "How long a task without health check runs until it counts as healthy")
      ->option_text("DURATION [40s]");
  app.add_option("--region", options.region, "Region in ARNs")->option_text("NAME [us-east-1]");
  app.set_version_flag("--version", "berthd " + version);
  try {
    app.parse(argc, const_cast<char**>(argv));
  } catch (const CLI::CallForHelp&) {
    return Usage{app.help(), 0};
  } catch (const CLI::CallForVersion&) {
    return Usage{"berthd " + version + "\n", 0};
  } catch (const CLI::Error& error) {
    return wrong(error.what());
  }
  return checked(std::move(options), listen, auth, healthy_after);
}

}  // namespace berth::engine
