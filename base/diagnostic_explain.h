#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"

namespace berth {

/// What may be done with the fixes of a code.
enum class FixSafety {
  none,  ///< it offers none
  safe,  ///< `berth check --fix` applies them: they mend how something is written
  ask,   ///< they change what is deployed, or choose for the user
};

/// What the snippets of an explanation are.
enum class SnippetForm {
  part,     ///< the part of a stack that matters: `stack demo { }` and `cluster main { }` are somewhere else
  whole,    ///< all of a stack
  session,  ///< command lines, or files that no snippet can hold
};

/// The long text of a code: a file of base/diagnostic_explain, embedded when the program is built.
struct Explanation {
  std::string_view code;
  FixSafety fix;
  SnippetForm form;
  std::string_view why;    ///< what it means, and why it is so; Markdown without headings
  std::string_view wrong;  ///< gives exactly this code
  std::string_view right;  ///< does not
};

/// Every explanation, by code.
const std::vector<Explanation>& explanations();
/// The explanation of `code`, or null.
const Explanation* find_explanation(std::string_view code);

/// For people: the title, why, and the two snippets.
std::string explain_text(const DiagnosticCode& code, const Explanation& explanation, bool color);
/// {code, severity, title, explanation, wrong, right, fix: "safe" | "ask" | null}.
Json explain_json(const DiagnosticCode& code, const Explanation& explanation);

}  // namespace berth
