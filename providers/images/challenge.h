#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::provider {

/// What a registry asks for when it answers with 401.
struct Challenge {
  enum class Kind { bearer, basic };
  Kind kind = Kind::basic;
  std::string realm;  ///< bearer: the URL where a token is given out
  std::string service;
  std::string scope;
};

/// Reads a `WWW-Authenticate` head; of several challenges in it a Bearer one counts. Nothing when it has neither Bearer with a realm nor Basic.
std::optional<Challenge> parse_challenge(std::string_view header);

}  // namespace berth::provider
