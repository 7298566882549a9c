#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ir/value.h"

namespace berth::ir {

inline constexpr std::int64_t kMebibyte = 1 << 20;

/// How many base units one `unit` is ("MiB" of Unit::bytes: 1048576; "s" of Unit::milliseconds: 1000), or nothing. Accepts every unit that the
/// language has: B KiB MiB GiB TiB KB MB GB TB, vCPU units, ms s m h d, %. mCPU is not a whole number of base units and stands in the compiler.
std::optional<std::int64_t> unit_factor(Unit dimension, std::string_view unit);

/// The reverse of spell(Quantity) for a quantity with a unit: "512 MiB", "0.25 vCPU", "2h30m", "80%". Nothing when the text is none, does not fit
/// 64 bits, or is not a whole number of base units.
std::optional<Quantity> parse_quantity(std::string_view text, Unit dimension);

}  // namespace berth::ir
