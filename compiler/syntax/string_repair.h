#pragma once

#include <string_view>
#include <vector>

#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/reporter.h"
#include "compiler/syntax/token.h"

namespace berth::syntax {

/// What a pass over the characters found.
struct CharacterRepair {
  std::vector<Edit> edits;
  bool cut_short = false;  ///< the tokens after the last edit meant nothing (an unclosed `"""`): look again after applying the edits
};

/// Reports strings that are not closed (E0006) and characters that the language does not have (E0007), at most one a line, and returns
/// the edits that let the rest of the file be read as it was meant.
CharacterRepair repair_characters(std::string_view text, const Tokens& tokens, Reporter& reporter);

}  // namespace berth::syntax
