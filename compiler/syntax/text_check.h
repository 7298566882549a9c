#pragma once

#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/reporter.h"

namespace berth::syntax {

/// Whether the bytes are a text at all: size, UTF-8, no NUL. Otherwise reports why (E0901, E0011), and nothing else is to be read.
bool check_text(const EditedText& text, Reporter& reporter);

/// Skips byte order marks at the start, and ends the last line.
void normalise_ends(EditedText& text);

}  // namespace berth::syntax
