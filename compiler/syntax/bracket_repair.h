#pragma once

#include <string_view>
#include <vector>

#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/reporter.h"
#include "compiler/syntax/token.h"

namespace berth::syntax {

/// Reports brackets that are never closed (E0004) and closers that close nothing (E0005), and returns the edits that make the text
/// balanced. Empty when it is. Which bracket is meant is read off the indentation, and only in a text that is out of balance.
std::vector<Edit> repair_brackets(std::string_view text, const Tokens& tokens, Reporter& reporter);

}  // namespace berth::syntax
