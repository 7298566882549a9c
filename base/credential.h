#pragma once

#include <string_view>

namespace berth {

/// Whether a setting of this name holds a credential: DB_PASSWORD, apiKey, GITHUB_TOKEN … (the end of the name decides, so PASSWORD_FILE does not).
bool names_credential(std::string_view name);

/// Whether a text has the shape of a credential: well-known prefixes, private keys, JSON web tokens, URLs with a password, options such as
/// `--password=…`, and long random words.
bool looks_like_credential(std::string_view text);

}  // namespace berth
