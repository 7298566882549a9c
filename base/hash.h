#pragma once

#include <string>
#include <string_view>

namespace berth {

/// SHA-256 of the bytes, as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
/// Bytes as lower-case hexadecimal digits.
std::string to_hex(std::string_view bytes);
/// HMAC-SHA-256: 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Equality that takes the same time wherever two texts of one length differ.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace berth
