#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace berth::bench {

/// How the services stand in the source.
enum class Form {
  flat,  ///< every service spelled out
  loop,  ///< one `for` over a list
};

struct StackOptions {
  std::size_t services = 10;
  std::size_t replicas = 1;
  Form form = Form::flat;
};

/// A stack of one cluster and N services, each with a task of its own: two containers, eight environment variables each, a port and a health check.
/// As files below "stack", none larger than the compiler takes.
std::map<std::string, std::string> make_stack(const StackOptions& options);

/// A stack of one service with one small container that publishes one port.
std::map<std::string, std::string> make_small_stack(const std::string& image, std::size_t tasks);

}  // namespace berth::bench
