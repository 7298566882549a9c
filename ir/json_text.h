#pragma once

#include <functional>
#include <string>

#include "base/json_text.h"
#include "ir/resource.h"

namespace berth::ir {

/// Writes what to_json() of the value is.
void write_json(JsonText& out, const Value& value);

/// The bytes of pretty_json(to_json(program, origins)), without the tree and part after part.
void write_pretty(const Program& program, bool origins, const std::function<void(const std::string&)>& take);
/// The same in one piece.
std::string pretty_text(const Program& program, bool origins);

}  // namespace berth::ir
