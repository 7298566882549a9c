#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planner/provider.h"
#include "providers/ecs/ecs_provider.h"
#include "providers/http/endpoint.h"

namespace berth::provider {

/// What a provider is made from.
struct ProviderConfig {
  Endpoint endpoint;
  EcsProvider::Options options;
};

/// Makes the provider of a target by name. Filled explicitly by the program's main function, never by static objects.
class Registry {
 public:
  using Factory = std::function<Result<std::unique_ptr<plan::Provider>>(const ProviderConfig&, WaitingClock&)>;

  using ReaderFactory = std::function<Result<std::unique_ptr<plan::Reader>>(const ProviderConfig&, WaitingClock&)>;

  void add(std::string target, Factory factory, ReaderFactory reader) {
    readers_[target] = std::move(reader);
    factories_[std::move(target)] = std::move(factory);
  }
  /// Errors: "target" when there is none of that name, else the factory's.
  [[nodiscard]] Result<std::unique_ptr<plan::Provider>> make(const std::string& target, const ProviderConfig& config, WaitingClock& clock) const;
  /// The same for what only looks.
  [[nodiscard]] Result<std::unique_ptr<plan::Reader>> make_reader(const std::string& target, const ProviderConfig& config, WaitingClock& clock) const;
  [[nodiscard]] std::vector<std::string> targets() const;

 private:
  std::map<std::string, Factory> factories_;
  std::map<std::string, ReaderFactory> readers_;
};

/// The local engine.
Result<std::unique_ptr<plan::Provider>> make_local_provider(const ProviderConfig& config, WaitingClock& clock);
Result<std::unique_ptr<plan::Reader>> make_local_reader(const ProviderConfig& config, WaitingClock& clock);
/// Amazon ECS: refused in this version, which has no signatures.
Result<std::unique_ptr<plan::Provider>> make_aws_provider(const ProviderConfig& config, WaitingClock& clock);
Result<std::unique_ptr<plan::Reader>> make_aws_reader(const ProviderConfig& config, WaitingClock& clock);

}  // namespace berth::provider
