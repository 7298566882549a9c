#include "providers/ecs/endpoint.h"

namespace berth::provider {

Result<Endpoint> engine_endpoint(const std::string& flag, const Environment& environment, bool is_root) {
  if (!flag.empty()) return parse_endpoint(flag);
  if (const auto set = environment("BERTH_ENGINE"); set && !set->empty()) {
    auto endpoint = parse_endpoint(*set);
    if (!endpoint) return endpoint.error().while_doing("BERTH_ENGINE");
    return endpoint;
  }
  if (is_root) return parse_endpoint("unix:///run/berth/engine.sock");
  const auto runtime = environment("XDG_RUNTIME_DIR");
  if (!runtime || runtime->empty()) {
    return Error{"endpoint", "XDG_RUNTIME_DIR is not set, so there is no default socket: name the engine with --engine or BERTH_ENGINE"};
  }
  return parse_endpoint("unix://" + *runtime + "/berth/engine.sock");
}

}  // namespace berth::provider
