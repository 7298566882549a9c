#include "base/diagnostic_sarif.h"

#include <set>

#include <catch2/catch.hpp>

using namespace berth;

namespace {

/// What an object of a SARIF 2.1.0 log may have (the part of the standard that is used here), and which members it must have.
struct Shape {
  std::set<std::string> required;
  std::set<std::string> optional;
};

const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> all = {
      {"log", {{"version", "runs"}, {"$schema"}}},
      {"run", {{"tool", "results"}, {"columnKind"}}},
      {"tool", {{"driver"}, {}}},
      {"driver", {{"name", "version", "rules"}, {}}},
      {"rule", {{"id", "shortDescription", "defaultConfiguration"}, {"fullDescription", "help"}}},
      {"configuration", {{"level"}, {}}},
      {"message", {{"text"}, {"markdown"}}},
      {"result", {{"message", "level", "ruleId", "ruleIndex", "locations"}, {"relatedLocations", "fixes"}}},
      {"location", {{"physicalLocation"}, {"message", "id"}}},
      {"physicalLocation", {{"artifactLocation", "region"}, {"contextRegion"}}},
      {"artifactLocation", {{"uri"}, {}}},
      {"region", {{"startLine", "endLine"}, {"startColumn", "endColumn", "snippet"}}},
      {"fix", {{"description", "artifactChanges"}, {}}},
      {"artifactChange", {{"artifactLocation", "replacements"}, {}}},
      {"replacement", {{"deletedRegion"}, {"insertedContent"}}},
  };
  return all;
}

void check_shape(const std::string& name, const Json& value) {
  INFO(name << ": " << value.dump());
  REQUIRE(value.is_object());
  const Shape& shape = shapes().at(name);
  for (const std::string& member : shape.required) CHECK(value.contains(member));
  for (const auto& [member, ignored] : value.items()) CHECK((shape.required.count(member) + shape.optional.count(member)) == 1);
}

void check_message(const Json& message) {
  check_shape("message", message);
  CHECK(message["text"].is_string());
  CHECK_FALSE(message["text"].get<std::string>().empty());
}

void check_level(const Json& level) { CHECK((level == "error" || level == "warning" || level == "note")); }

void check_region(const Json& region) {
  check_shape("region", region);
  CHECK(region["startLine"] >= 1);
  CHECK(region["endLine"] >= region["startLine"]);
  if (region.contains("startColumn")) {
    CHECK(region["startColumn"] >= 1);
    CHECK(region["endColumn"] >= 1);
    if (region["startLine"] == region["endLine"]) CHECK(region["endColumn"] >= region["startColumn"]);
  }
}

void check_artifact(const Json& artifact) {
  check_shape("artifactLocation", artifact);
  const std::string uri = artifact["uri"];
  CHECK_FALSE(uri.empty());
  for (const char c : uri) CHECK((std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string("-._~/%:").find(c) != std::string::npos));
}

void check_location(const Json& location) {
  check_shape("location", location);
  const Json& place = location["physicalLocation"];
  check_shape("physicalLocation", place);
  check_artifact(place["artifactLocation"]);
  check_region(place["region"]);
  if (place.contains("contextRegion")) check_region(place["contextRegion"]);
  if (location.contains("message")) check_message(location["message"]);
}

void check_fix(const Json& fix) {
  check_shape("fix", fix);
  check_message(fix["description"]);
  REQUIRE(fix["artifactChanges"].size() == 1);
  check_shape("artifactChange", fix["artifactChanges"][0]);
  check_artifact(fix["artifactChanges"][0]["artifactLocation"]);
  for (const Json& replacement : fix["artifactChanges"][0]["replacements"]) {
    check_shape("replacement", replacement);
    check_region(replacement["deletedRegion"]);
  }
}

void check_log(const Json& log) {
  check_shape("log", log);
  CHECK(log["version"] == "2.1.0");
  REQUIRE(log["runs"].size() == 1);
  const Json& run = log["runs"][0];
  check_shape("run", run);
  CHECK(run["columnKind"] == "unicodeCodePoints");
  check_shape("tool", run["tool"]);
  const Json& driver = run["tool"]["driver"];
  check_shape("driver", driver);
  std::set<std::string> ids;
  for (const Json& rule : driver["rules"]) {
    check_shape("rule", rule);
    CHECK(ids.insert(rule["id"]).second);
    check_message(rule["shortDescription"]);
    if (rule.contains("fullDescription")) check_message(rule["fullDescription"]);
    if (rule.contains("help")) check_message(rule["help"]);
    check_shape("configuration", rule["defaultConfiguration"]);
    check_level(rule["defaultConfiguration"]["level"]);
  }
  for (const Json& result : run["results"]) {
    check_shape("result", result);
    check_message(result["message"]);
    check_level(result["level"]);
    CHECK(driver["rules"].at(result["ruleIndex"].get<std::size_t>())["id"] == result["ruleId"]);
    for (const Json& location : result["locations"]) check_location(location);
    for (const Json& location : result.value("relatedLocations", Json::array())) {
      check_location(location);
      CHECK(location["id"] >= 1);
    }
    for (const Json& fix : result.value("fixes", Json::array())) check_fix(fix);
  }
}

}  // namespace

TEST_CASE("a SARIF log has the members of the standard, and no others") {
  SourceSet sources;
  const SourceId id = sources.add("my shop/a b.ecs", "é = 1\nb = \"x\"\n");
  DiagnosticSink sink;
  sink.report("E0104", {id, 5, 6}, "`é` needs a unit", "this is bare").note("why").help("write it").fix({id, 5, 6}, "1s").label({id, 7, 8}, "and here");
  sink.report("W0501", {id, 7, 14}, "unused").fix({id, 7, 14}, "");
  sink.report("E0902", {}, "nothing to read");
  const Json log = diagnostics_sarif(sink.sorted(), sources, "1.2.3");
  check_log(log);
  const Json& results = log["runs"][0]["results"];
  REQUIRE(results.size() == 3);
  const Json& result = results[0]["ruleId"] == "E0104" ? results[0] : results[1];
  CHECK(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20shop/a%20b.ecs");
  CHECK(result["locations"][0]["physicalLocation"]["region"] == Json{{"startLine", 1}, {"startColumn", 5}, {"endLine", 1}, {"endColumn", 6}});
  CHECK(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "1s");
  CHECK(result["message"]["text"] == "`é` needs a unit\nnote: why\nhelp: write it");
}

TEST_CASE("every code makes a rule") {
  const SourceSet sources;
  DiagnosticSink sink;
  for (const DiagnosticCode& row : diagnostic_codes()) sink.report(row.code, {}, "x");
  const Json log = diagnostics_sarif(sink.sorted(), sources, "1");
  check_log(log);
  CHECK(log["runs"][0]["tool"]["driver"]["rules"].size() == diagnostic_codes().size());
}

TEST_CASE("logs are merged into one run, with one rule a code") {
  SourceSet sources;
  const SourceId id = sources.add("a.ecs", "x\n");
  DiagnosticSink first;
  first.report("E0202", {id, 0, 1}, "a");
  DiagnosticSink second;
  second.report("E0201", {id, 0, 1}, "b");
  second.report("E0202", {id, 0, 1}, "c");
  Json log = diagnostics_sarif(first.sorted(), sources, "1");
  merge_sarif(log, diagnostics_sarif(second.sorted(), sources, "1"));
  check_log(log);
  CHECK(log["runs"][0]["results"].size() == 3);
  CHECK(log["runs"][0]["tool"]["driver"]["rules"].size() == 2);
}

TEST_CASE("without diagnostics the log is whole") { check_log(diagnostics_sarif({}, SourceSet(), "1")); }
