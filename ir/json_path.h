#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace berth::ir {

/// Members of API objects by the way to them: "runtimePlatform.cpuArchitecture".

/// Puts `value` there, with the objects on the way; objects and lists that meet become one.
void set_at(Json& object, std::string_view path, Json value);
/// What stands there, or null.
const Json* find_at(const Json& object, std::string_view path);
/// Takes it away, and objects on the way that are empty then.
void erase_at(Json& object, std::string_view path);
/// The members of `other` into `object`, at any depth; lists are joined, other values replaced.
void merge(Json& object, Json other);

}  // namespace berth::ir
