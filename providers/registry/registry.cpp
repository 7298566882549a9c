#include "providers/registry/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/suggest.h"
#include "providers/ecs/ecs_reader.h"
#include "providers/http/curl_client.h"

namespace berth::provider {

namespace {

Error no_target(const std::string& target, const std::vector<std::string>& names) {
  const auto near = suggest(target, names);
  return {"target", fmt::format("there is no target `{}`; {}", target, near ? fmt::format("did you mean `{}`?", *near) : fmt::format("there are: {}", fmt::join(names, ", ")))};
}

}  // namespace

Result<std::unique_ptr<plan::Provider>> Registry::make(const std::string& target, const ProviderConfig& config, WaitingClock& clock) const {
  const auto factory = factories_.find(target);
  if (factory == factories_.end()) return no_target(target, targets());
  return factory->second(config, clock);
}

Result<std::unique_ptr<plan::Reader>> Registry::make_reader(const std::string& target, const ProviderConfig& config, WaitingClock& clock) const {
  const auto factory = readers_.find(target);
  if (factory == readers_.end()) return no_target(target, targets());
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

Result<std::unique_ptr<plan::Reader>> make_local_reader(const ProviderConfig& config, WaitingClock& clock) {
  return std::unique_ptr<plan::Reader>(std::make_unique<EcsReader>(std::make_unique<CurlClient>(config.endpoint), clock, config.options.read_width));
}

namespace {
const Error kNoSignatures{"target", "Amazon ECS is not reachable with this version: it cannot sign requests yet; leave `--target aws` out to use the local engine"};
}  // namespace

Result<std::unique_ptr<plan::Provider>> make_aws_provider(const ProviderConfig&, WaitingClock&) { return kNoSignatures; }
Result<std::unique_ptr<plan::Reader>> make_aws_reader(const ProviderConfig&, WaitingClock&) { return kNoSignatures; }

}  // namespace berth::provider
