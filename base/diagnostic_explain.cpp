#include "base/diagnostic_explain.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth {
namespace {

std::string indented(std::string_view text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) result += fmt::format("    {}", text.substr(begin, end - begin));
    result += "\n";
    begin = end + 1;
  }
  return result;
}

}  // namespace

const Explanation* find_explanation(std::string_view code) {
  const std::vector<Explanation>& all = explanations();
  const auto found = std::lower_bound(all.begin(), all.end(), code, [](const Explanation& row, std::string_view wanted) { return row.code < wanted; });
  return found != all.end() && found->code == code ? &*found : nullptr;
}

std::string explain_text(const DiagnosticCode& code, const Explanation& explanation, bool color) {
  const auto bold = [&](std::string_view text) { return color ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text); };
  std::string text = fmt::format("{}: {}\n\n{}\n", bold(fmt::format("{}[{}]", severity_word(code.severity), code.code)), code.title, explanation.why);
  if (!explanation.wrong.empty()) text += fmt::format("\n{}\n\n{}", bold("wrong:"), indented(explanation.wrong));
  if (!explanation.right.empty()) text += fmt::format("\n{}\n\n{}", bold("right:"), indented(explanation.right));
  if (explanation.fix == FixSafety::safe) text += "\n`berth check --fix` mends it.\n";
  if (explanation.fix == FixSafety::ask) text += "\nIts fix is not applied by `berth check --fix`: it changes more than how something is written.\n";
  return text;
}

Json explain_json(const DiagnosticCode& code, const Explanation& explanation) {
  Json fix = nullptr;
  if (explanation.fix != FixSafety::none) fix = explanation.fix == FixSafety::safe ? "safe" : "ask";
  return {{"code", code.code}, {"severity", severity_word(code.severity)}, {"title", code.title}, {"explanation", explanation.why},
          {"wrong", explanation.wrong}, {"right", explanation.right}, {"fix", std::move(fix)}};
}

}  // namespace berth
