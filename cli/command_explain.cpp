#include <algorithm>
#include <cctype>
#include <memory>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic_explain.h"
#include "base/file_system.h"
#include "base/suggest.h"
#include "base/text_width.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/field_chain.h"
#include "compiler/compile.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Explains a code of a diagnostic: what it means, why it is so, and a wrong and a right snippet. Without a code it lists all of them.
docs/diagnostics.md has the same texts on one page.

With the address of a field it says where its value comes from: every text that was written for it, by files, presets, components and
environments; what counts stands first. Words such as `container` may be left out; a resource or a block stands for all of its fields.

examples:
  berth explain E0104
  berth explain orders.task.worker.memory --env prod
  berth explain service.orders examples/shop --env dev
  berth explain | grep port
  berth explain W0501 --format json)";

struct Flags {
  CommonFlags common;
  std::string topic;
};

/// "environments.ecs:19"
std::string line_of(const SourceSet& sources, const Span& span) {
  const std::string place = sources.place(span);
  return place.substr(0, place.rfind(':'));
}

std::string padded(std::string text, int width) {
  text.append(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
  return text;
}

std::string chain_text(const FieldChain& chain, const SourceSet& sources) {
  int values = 0;
  int places = 0;
  for (const ir::Layer& layer : chain.layers) {
    values = std::max(values, display_width(layer.value));
    places = std::max(places, display_width(line_of(sources, layer.origin)));
  }
  constexpr int kWidest = 40;
  std::string text = fmt::format("{} = {}\n", chain.path, chain.value);
  for (const ir::Layer& layer : chain.layers) {
    text += fmt::format("  {}  {}  {}{}\n", padded(layer.value, std::min(values, kWidest)), padded(line_of(sources, layer.origin), places), layer.how,
                        chain.layers.size() > 1 && &layer == &chain.layers.front() ? "   <- wins" : "");
  }
  return text;
}

/// Where the value of a field comes from.
ExitCode explain_field(Session& session, View& view, const CommonFlags& flags, const std::string& query) {
  auto options = compile_options(session, flags);
  if (!options) return fail(view, options.error());
  options->chains = true;
  const auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const auto program = compile(*options, RealFileSystem(), sources, sink);
  if (!program) {
    view.diagnostics(sink.sorted(), *sources);
    return ExitCode::source_errors;
  }
  const std::vector<FieldChain> chains = find_fields(*program, query);
  if (chains.empty()) {
    const auto near = suggest(query, field_paths(*program));
    return fail(view, Error{"usage", fmt::format("{} has no field `{}`{}", program->stack, query, near ? fmt::format("; did you mean `{}`?", *near) : "; `berth explain KIND.NAME` lists those of a resource")});
  }
  Json fields = Json::array();
  std::string text;
  for (const FieldChain& chain : chains) {
    Json layers = Json::array();
    for (const ir::Layer& layer : chain.layers) layers.push_back({{"value", layer.value}, {"place", sources->place(layer.origin)}, {"how", layer.how}});
    fields.push_back({{"field", chain.path}, {"value", chain.value}, {"layers", std::move(layers)}});
    text += chain_text(chain, *sources);
  }
  view.result({{"fields", std::move(fields)}}, text);
  return ExitCode::ok;
}

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

/// A topic is a code of a diagnostic, or the address of a field.
ExitCode explain(Session& session, View& view, const Flags& flags) {
  if (flags.topic.empty()) return list_codes(view);
  if (const DiagnosticCode* code = find_diagnostic_code(upper(flags.topic))) return explain_code(view, *code);
  // `service.web`, `web.replicas`: an address has a dot.
  if (flags.topic.find('.') == std::string::npos) return unknown_topic(view, flags.topic);
  return explain_field(session, view, flags.common, flags.topic);
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("TOPIC", flags->topic, "a code, as in `error[E0104]`, or the address of a field");
  declare_path(arguments, flags->common);
  declare_variables(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return explain(session, view, *flags); }); };
}

}  // namespace

Command explain_command() { return {"explain", "", "explain the code of a diagnostic, or where a value comes from", kHelp, declare}; }

}  // namespace berth::cli
