#include "providers/aws/credential_cache.h"

#include "base/log.h"

namespace berth::provider {
namespace {

/// Keys are exchanged so long before they expire: longer than any call and the repeats of it take.
constexpr Milliseconds kEarly = std::chrono::minutes(5);

}  // namespace

Result<AwsCredentials> CredentialCache::get() {
  const std::lock_guard lock(mutex_);
  const Timestamp now = clock_.now();
  if (current_ && (!current_->expires || now + kEarly < *current_->expires)) return *current_;
  auto fetched = fetch_();
  if (fetched) {
    current_ = *std::move(fetched);
    return *current_;
  }
  if (!current_ || now >= *current_->expires) return fetched.error();
  log(LogLevel::warn, "credentials are not renewed", {{"expire", format_utc(*current_->expires)}, {"error", fetched.error().message}});
  return *current_;
}

void CredentialCache::forget(const std::string& access_key_id) {
  const std::lock_guard lock(mutex_);
  if (current_ && current_->access_key_id == access_key_id) current_.reset();
}

}  // namespace berth::provider
