#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"

namespace berth::engine {

/// What berthd was asked to do.
struct Options {
  std::string data_dir;
  std::string socket;
  std::string driver = "docker";
  std::string docker_host;
  /// default, always or prefer-cached: as ECS_IMAGE_PULL_BEHAVIOR.
  std::string image_pull = "default";
  Milliseconds healthy_after = std::chrono::seconds(40);
  std::string region = "us-east-1";
  struct Listen {
    std::string host;
    std::uint16_t port = 0;
  };
  std::optional<Listen> listen{};
  /// Whether requests over TCP must be signed; without it the address is a loopback one.
  bool signatures = true;
  /// The AWS profile whose keys sign; made when it is not there. Empty: `credentials` in the data directory.
  std::string credentials;
};

/// The command line is wrong or asks for a text only: print `text`, end with `exit_code`.
struct Usage {
  std::string text;
  int exit_code = 0;
};

/// Exit code 64 for what is wrong, 0 for --help and --version.
std::variant<Options, Usage> parse_options(int argc, const char* const* argv, const std::string& version);

/// "40s", "500ms", "2m", "1h", "0".
std::optional<Milliseconds> parse_duration(const std::string& text);

}  // namespace berth::engine
