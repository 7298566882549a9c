#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace berth::scheduler {

/// A port of the host, "tcp" or "udp".
struct HostPort {
  std::uint16_t port = 0;
  std::string protocol = "tcp";
  auto operator<=>(const HostPort&) const = default;
  bool operator==(const HostPort&) const = default;
};

/// What a task takes of an instance, or what an instance has.
struct Resources {
  /// CPU units, 1024 to the vCPU.
  std::int64_t cpu = 0;
  /// MiB.
  std::int64_t memory = 0;
  /// Fixed host ports; of an instance: the ones taken from the start.
  std::vector<HostPort> ports;
  bool operator==(const Resources&) const = default;
};

/// A name with an optional value, on an instance or required of one.
struct Attribute {
  std::string name;
  std::string value;
  bool operator==(const Attribute&) const = default;
};

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

}  // namespace berth::scheduler
