#pragma once

#include <string_view>

#include "ir/schema.h"
#include "ir/value.h"

namespace berth::ir {

/// The value with its sensitive texts in clear: for the API, and for nothing else.
Value revealed(const Value& value);
/// The value with its sensitive texts unmarked: for hashes that must not depend on the plan.
Value unmarked(const Value& value);
/// Marks what is sensitive, so that equal texts can be told from different ones.
void mark_sensitive(Value& value, std::string_view key);

/// Makes sensitive in `live` what is sensitive at the same place in `wanted`. A list counts as one place.
void hide_like(Value& live, const Value& wanted);
/// For what runs with sensitive settings of an earlier source: makes every text sensitive that a setting of the kind could have had from there and that
/// `wanted` (which may be null) does not have in clear.
void hide_unless_wanted(const schema::Block& kind, Value& live, const Value* wanted);

}  // namespace berth::ir
