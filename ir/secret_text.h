#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ir/value.h"

namespace berth::ir {

/// A secret as the API writes it: "ARN", "ARN:key:stage:id" for Secrets Manager, ARN or name for a parameter. `resolve` gives ARNs.
std::string secret_text(const Value& secret, const std::function<std::string(const Address&)>& resolve);

/// The reverse. `refer` turns an ARN or name of a kind (secret, parameter) into a reference, or gives it back as text.
Value secret_from_text(const std::string& text, const std::function<Value(std::string_view kind, const std::string& text)>& refer);

}  // namespace berth::ir
