#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace berth {

using Json = nlohmann::json;

/// Parses untrusted text. Errors (code "json") name line and column; nesting deeper than 256 and text that is not UTF-8 are
/// errors.
Result<Json> parse_json(std::string_view text);

/// Compact, keys sorted, invalid UTF-8 replaced: equal values give equal text.
std::string canonical_json(const Json& value);
/// The same, indented by two spaces and with a final newline, for people and goldens.
std::string pretty_json(const Json& value);

}  // namespace berth
