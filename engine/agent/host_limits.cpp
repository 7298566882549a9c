#include "engine/agent/host_limits.h"

#include <fmt/format.h>

namespace berth::engine {
namespace {

std::string shown(std::int64_t limit) { return limit < 0 ? "unlimited" : std::to_string(limit); }

/// Whether `limit` is above `most`; below 0 is unlimited.
bool is_above(std::int64_t limit, std::int64_t most) { return limit < 0 || limit > most; }

void fit_ulimits(ContainerSpec& spec, const HostLimits& host, std::vector<std::string>& said) {
  for (UlimitSpec& limit : spec.ulimits) {
    const auto most = host.ulimits.find(limit.name);
    if (most == host.ulimits.end() || !(is_above(limit.hard, most->second) || is_above(limit.soft, most->second))) continue;
    said.push_back(fmt::format("ulimit {} {} is {}: this machine allows no more", limit.name, shown(limit.hard), most->second));
    if (is_above(limit.hard, most->second)) limit.hard = most->second;
    if (is_above(limit.soft, most->second)) limit.soft = most->second;
  }
}

void fit_capabilities(ContainerSpec& spec, const HostLimits& host, std::vector<std::string>& said) {
  if (host.missing_capabilities.empty()) return;
  std::vector<std::string> kept;
  for (const std::string& capability : spec.capabilities_add) {
    if (capability == "ALL") {
      kept.insert(kept.end(), host.granted_capabilities.begin(), host.granted_capabilities.end());
      said.push_back(fmt::format("the capability ALL is all but {}: this machine can not give more", fmt::join(host.missing_capabilities, ", ")));
    } else if (host.missing_capabilities.count(capability) > 0) {
      said.push_back(fmt::format("the capability {} is left out: this machine can not give it", capability));
    } else {
      kept.push_back(capability);
    }
  }
  spec.capabilities_add = std::move(kept);
}

void fit_controls(ContainerSpec& spec, const HostLimits& host, std::vector<std::string>& said) {
  const auto drop = [&](std::optional<std::int64_t>& limit, const char* control, const char* text) {
    if (!limit || host.missing_controls.count(control) == 0) return;
    limit.reset();
    said.push_back(fmt::format("{} is left out: this machine's control groups can not keep it", text));
  };
  drop(spec.memory_bytes, "memory", "the limit of memory");
  drop(spec.swap_bytes, "swap", "the limit of swap");
  drop(spec.swappiness, "swappiness", "swappiness");
  drop(spec.cpu_quota_units, "cpu", "the ceiling of CPU");
}

}  // namespace

std::vector<std::string> fit_to_host(ContainerSpec& spec, const HostLimits& host) {
  std::vector<std::string> said;
  fit_ulimits(spec, host, said);
  fit_capabilities(spec, host, said);
  fit_controls(spec, host, said);
  return said;
}

bool may_exceed_host(const api::ContainerDefinition& container, const HostLimits& host) {
  const auto& linux = container.linux_parameters;
  const auto lacks = [&host](const char* control) { return host.missing_controls.count(control) > 0; };
  if (lacks("memory") || lacks("cpu")) return true;
  if (linux && ((linux->max_swap && lacks("swap")) || (linux->swappiness && lacks("swappiness")))) return true;
  return (container.ulimits && !container.ulimits->empty()) || (linux && linux->capabilities && linux->capabilities->add);
}

}  // namespace berth::engine
