#pragma once

#include <string_view>

#include "compiler/syntax/lexed_text.h"
#include "compiler/syntax/reporter.h"
#include "grammar/EcsParser.h"

namespace berth::syntax {

/// Says in the user's words what is wrong where the parser stopped: the rules it is in, the token it stopped at, the ones around it and
/// what it expected are looked up in a list of known mistakes (E0001–E0003, E0008, E0009, and E0010 with a sentence of its own); what is
/// not in the list is "unexpected …" (E0010).
void report_syntax_error(antlr4::Parser& parser, antlr4::Token* offending, const antlr4::misc::IntervalSet& expected,
                         std::string_view text, LexedText& lexed, Reporter& reporter);

}  // namespace berth::syntax
