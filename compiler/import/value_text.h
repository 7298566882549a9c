#pragma once

#include <set>
#include <string>
#include <string_view>

#include "ir/schema.h"
#include "ir/value.h"

namespace berth::importing {

/// What the spelling of a value depends on beside the value.
struct ValueContext {
  const std::string& region;            ///< of the stack: what `awslogs(…)` need not say
  const std::set<std::string>& taken;   ///< names at the top of the files: a container called so is written in quotes where a bare name would mean them
  bool has_router = false;              ///< whether the task has a log router, which `firelens(…)` names
  std::string router;
};

/// The value as an expression of the language, for a place of this type.
std::string value_text(const ir::schema::Type& type, const ir::Value& value, const ValueContext& context);

/// The same for a setting: what looks like a credential, or has a moving version, says that this is meant.
std::string setting_text(const ir::schema::Field& field, const ir::Value& value, const ValueContext& context);

/// An entry of a map that is written as a block (`env { A = "x" }`).
std::string entry_text(const ir::schema::Field& field, const std::string& key, const ir::Value& value, const ValueContext& context);

/// A value whose type says nothing of how it is written: what stands in `raw { }`.
std::string any_text(const ir::Value& value);

/// How a reference is written: `db`, `main.capacity.batch`.
std::string reference_text(const ir::Address& address);

}  // namespace berth::importing
