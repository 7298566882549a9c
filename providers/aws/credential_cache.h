#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "providers/aws/credentials.h"

namespace berth::provider {

/// The keys in use, fetched anew before they expire. Thread-safe: while one thread fetches, the others wait for what it gets.
class CredentialCache {
 public:
  using Fetcher = std::function<Result<AwsCredentials>()>;
  /// `renewable`: whether fetching again may give other keys. `clock` must outlive the cache.
  CredentialCache(Fetcher fetch, bool renewable, const Clock& clock) : fetch_(std::move(fetch)), renewable_(renewable), clock_(clock) {}

  /// Keys that are good for a while. Where no new ones can be had, the old ones as long as they last.
  Result<AwsCredentials> get();
  [[nodiscard]] bool renewable() const { return renewable_; }
  /// The service says that these keys are expired: they are not given again.
  void forget(const std::string& access_key_id);

 private:
  Fetcher fetch_;
  bool renewable_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<AwsCredentials> current_;
};

}  // namespace berth::provider
