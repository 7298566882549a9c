#include "base/diagnostic_sarif.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/diagnostic_explain.h"
#include "base/diagnostic_fix.h"
#include "base/place_finder.h"
#include "base/printable.h"

namespace berth {
namespace {

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kVersion = "2.1.0";

/// A path as a URI reference.
std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json message(const std::string& text) { return {{"text", printable(text, 4000)}}; }

Json region(const Span& span, PlaceFinder& places) {
  const LineColumn begin = places.find(span.source, span.begin);
  const LineColumn end = places.find(span.source, std::max(span.begin, span.end));
  return {{"startLine", begin.line}, {"startColumn", begin.column}, {"endLine", end.line}, {"endColumn", end.column}};
}

Json artifact(const SourceFile& file) { return {{"uri", uri_of(file.path())}}; }

Json location(const Label& label, const SourceSet& sources, PlaceFinder& places, bool with_snippet) {
  const SourceFile& file = sources.file(label.span.source);
  Json place{{"artifactLocation", artifact(file)}, {"region", region(label.span, places)}};
  if (with_snippet) {
    const std::uint32_t line = places.find(label.span.source, label.span.begin).line;
    const std::string text = printable(places.snippet(label.span));
    place["contextRegion"] = {{"startLine", line}, {"endLine", line}, {"snippet", {{"text", text}}}};
  }
  Json result{{"physicalLocation", std::move(place)}};
  if (!label.text.empty()) result["message"] = message(label.text);
  return result;
}

Json fix_json(const Fix& fix, const SourceSet& sources, PlaceFinder& places) {
  const SourceFile& file = sources.file(fix.span.source);
  Json replacement{{"deletedRegion", region(fix.span, places)}};
  if (!fix.replacement.empty()) replacement["insertedContent"] = {{"text", fix.replacement}};
  return {{"description", message(describe_fix(fix, sources))},
          {"artifactChanges", Json::array({{{"artifactLocation", artifact(file)}, {"replacements", Json::array({std::move(replacement)})}}})}};
}

std::string_view level(Severity severity) { return severity_word(severity); }

Json rule(const std::string& code) {
  Json result{{"id", code}};
  if (const DiagnosticCode* row = find_diagnostic_code(code)) {
    result["shortDescription"] = message(std::string(row->title));
    result["defaultConfiguration"] = {{"level", level(row->severity)}};
  }
  if (const Explanation* explanation = find_explanation(code)) {
    const std::string why(explanation->why);
    result["fullDescription"] = message(why);
    const std::string snippets = fmt::format("{}\n\nwrong:\n\n{}\nright:\n\n{}", why, explanation->wrong, explanation->right);
    const std::string markdown = fmt::format("{}\n\nWrong:\n\n```\n{}```\n\nRight:\n\n```\n{}```\n", why, explanation->wrong, explanation->right);
    result["help"] = {{"text", snippets}, {"markdown", markdown}};
  }
  return result;
}

Json result_json(const Diagnostic& diagnostic, std::size_t rule_index, const SourceSet& sources, PlaceFinder& places) {
  std::string text = diagnostic.message;
  for (const std::string& note : diagnostic.notes) text += "\nnote: " + note;
  for (const std::string& help : diagnostic.helps) text += "\nhelp: " + help;
  Json locations = Json::array();
  Json related = Json::array();
  for (std::size_t i = 0; i < diagnostic.labels.size(); ++i) {
    if (!diagnostic.labels[i].span.valid()) continue;
    Json place = location(diagnostic.labels[i], sources, places, i == 0);
    if (i > 0) place["id"] = i;
    (i == 0 ? locations : related).push_back(std::move(place));
  }
  Json result{{"ruleId", diagnostic.code}, {"ruleIndex", rule_index}, {"level", level(diagnostic.severity)}, {"message", message(text)},
              {"locations", std::move(locations)}};
  if (!related.empty()) result["relatedLocations"] = std::move(related);
  if (!diagnostic.fixes.empty()) {
    Json fixes = Json::array();
    for (const Fix& fix : diagnostic.fixes) fixes.push_back(fix_json(fix, sources, places));
    result["fixes"] = std::move(fixes);
  }
  return result;
}

}  // namespace

Json diagnostics_sarif(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, const std::string& version) {
  std::map<std::string, std::size_t> indices;
  for (const Diagnostic& diagnostic : diagnostics) indices.emplace(diagnostic.code, 0);
  Json rules = Json::array();
  for (auto& [code, index] : indices) {
    index = rules.size();
    rules.push_back(rule(code));
  }
  PlaceFinder places(sources);
  Json results = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) results.push_back(result_json(diagnostic, indices[diagnostic.code], sources, places));
  Json driver{{"name", "berth"}, {"version", version}, {"rules", std::move(rules)}};
  Json run{{"tool", {{"driver", std::move(driver)}}}, {"columnKind", "unicodeCodePoints"}, {"results", std::move(results)}};
  return {{"$schema", kSchema}, {"version", kVersion}, {"runs", Json::array({std::move(run)})}};
}

void merge_sarif(Json& log, const Json& more) {
  Json& rules = log["runs"][0]["tool"]["driver"]["rules"];
  const Json& run = more["runs"][0];
  for (Json result : run["results"]) {
    if (result.contains("ruleIndex")) {
      const Json& rule = run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()];
      auto known = std::find(rules.begin(), rules.end(), rule);
      if (known == rules.end()) {
        rules.push_back(rule);
        known = std::prev(rules.end());
      }
      result["ruleIndex"] = static_cast<std::size_t>(std::distance(rules.begin(), known));
    }
    log["runs"][0]["results"].push_back(std::move(result));
  }
}

}  // namespace berth
