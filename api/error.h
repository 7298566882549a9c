#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace berth::api {

/// What the service answers when it refuses: the exception's type ("ClusterNotFoundException"), a sentence, and the HTTP status.
/// Clients match on the type, never on the text.
struct ApiError {
  std::string type;
  std::string message;
  int status = 400;
  std::vector<std::string> resource_ids{};  ///< ConflictException only
  bool operator==(const ApiError&) const = default;
};

/// 500 for ServerException, 503 for ServiceUnavailable, 400 for everything else: ECS uses no other status for refusals.
int status_of(std::string_view type);

/// Inside handlers a refusal travels as a berth::Error whose code is the type.
ApiError to_api_error(const Error& error);

/// {"__type": …, "message": …}.
Json encode(const ApiError& error);
/// Reads such a body; a "namespace#" before the type is dropped. `status` is the answer's.
ApiError decode_error(const Json& body, int status);

}  // namespace berth::api
