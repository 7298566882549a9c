#include <algorithm>
#include <cctype>
#include <memory>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic_explain.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/common.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Explains a code of a diagnostic: what it means, why it is so, and a wrong and a right snippet. Without a code it lists all of them.
docs/diagnostics.md has the same texts on one page.

examples:
  berth explain E0104
  berth explain | grep port
  berth explain W0501 --format json)";

struct Flags {
  CommonFlags common;
  std::string topic;
};

/// "e0104" as "E0104".
std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

ExitCode list_codes(View& view) {
  Json codes = Json::array();
  std::string text;
  for (const DiagnosticCode& row : diagnostic_codes()) {
    codes.push_back({{"code", row.code}, {"severity", severity_word(row.severity)}, {"title", row.title}});
    text += fmt::format("{}  {}\n", row.code, row.title);
  }
  view.result({{"codes", std::move(codes)}}, text);
  return ExitCode::ok;
}

ExitCode explain_code(View& view, const DiagnosticCode& code) {
  const Explanation* explanation = find_explanation(code.code);
  BERTH_CHECK(explanation != nullptr, code.code);
  view.result(explain_json(code, *explanation), explain_text(code, *explanation, view.color()));
  return ExitCode::ok;
}

ExitCode unknown_topic(View& view, const std::string& topic) {
  std::vector<std::string> codes;
  for (const DiagnosticCode& row : diagnostic_codes()) codes.emplace_back(row.code);
  const auto near = suggest(upper(topic), codes);
  return fail(view, Error{"usage", fmt::format("there is no code `{}`{}", topic, near ? fmt::format("; did you mean `{}`?", *near) : "; `berth explain` lists them")});
}

/// A topic is a code of a diagnostic.
ExitCode explain(View& view, const Flags& flags) {
  if (flags.topic.empty()) return list_codes(view);
  if (const DiagnosticCode* code = find_diagnostic_code(upper(flags.topic))) return explain_code(view, *code);
  return unknown_topic(view, flags.topic);
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("CODE", flags->topic, "a code, as in `error[E0104]`");
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return explain(view, *flags); }); };
}

}  // namespace

Command explain_command() { return {"explain", "", "explain the code of a diagnostic", kHelp, declare}; }

}  // namespace berth::cli
