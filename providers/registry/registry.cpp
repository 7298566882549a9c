#include "providers/registry/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.h"
#include "providers/http/curl_client.h"

namespace berth::provider {

Result<std::unique_ptr<plan::Provider>> Registry::make(const std::string& target, const ProviderConfig& config, WaitingClock& clock) const {
  const auto factory = factories_.find(target);
  if (factory == factories_.end()) {
    const std::vector<std::string> names = targets();
    const auto near = suggest(target, names);
    return Error{"target", fmt::format("there is no target `{}`; {}", target,
                                       near ? fmt::format("did you mean `{}`?", *near) : fmt::format("there are: {}", fmt::join(names, ", ")))};
  }
  return factory->second(config, clock);
}

std::vector<std::string> Registry::targets() const {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories_) names.push_back(name);
  return names;
}

Result<std::unique_ptr<plan::Provider>> make_local_provider(const ProviderConfig& config, WaitingClock& clock) {
  return std::unique_ptr<plan::Provider>(std::make_unique<EcsProvider>(std::make_unique<CurlClient>(config.endpoint), clock, config.options));
}

Result<std::unique_ptr<plan::Provider>> make_aws_provider(const ProviderConfig&, WaitingClock&) {
  return Error{"target", "Amazon ECS is not reachable with this version: it cannot sign requests yet; leave `--target aws` out to use the local engine"};
}

}  // namespace berth::provider
