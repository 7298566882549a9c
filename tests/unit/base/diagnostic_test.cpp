#include "base/diagnostic.h"

#include <set>

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("diagnostics come out by file and position") {
  DiagnosticSink sink;
  sink.report("E0002", {SourceId{1}, 0, 1}, "third");
  sink.report("E0002", {SourceId{0}, 5, 6}, "second");
  sink.report("E0001", {SourceId{0}, 5, 6}, "also second");
  sink.report("E0002", {SourceId{0}, 1, 2}, "first");
  std::string order;
  for (const Diagnostic& d : sink.sorted()) order += d.message + ";";
  CHECK(order == "first;second;also second;third;");
}

TEST_CASE("an exact repetition is reported once, also with another one between") {
  DiagnosticSink sink;
  const Span here{SourceId{0}, 1, 2};
  sink.report("E0001", here, "a");
  sink.report("E0002", here, "b");
  sink.report("E0001", here, "a");
  sink.report("E0001", {SourceId{0}, 1, 3}, "a");
  CHECK(sink.sorted().size() == 3);
  CHECK(sink.count(Severity::error) == 3);
  CHECK(sink.count(Severity::warning) == 0);
}

TEST_CASE("a sink knows whether there are errors, and the registry decides what one is") {
  DiagnosticSink sink;
  CHECK(sink.empty());
  CHECK_FALSE(sink.has_errors());
  sink.report("E0001", {}, "a", "label").note("why").help("what").label({}, "second").fix({}, "x");
  CHECK(sink.has_errors());
  const Diagnostic d = sink.sorted().front();
  CHECK(d.severity == Severity::error);
  CHECK(d.labels.size() == 2);
  CHECK(d.labels[0].text == "label");
  CHECK(d.notes == std::vector<std::string>{"why"});
  CHECK(d.helps == std::vector<std::string>{"what"});
  CHECK(d.fixes.size() == 1);
}

TEST_CASE("codes are unique, in order within their group and named by their severity") {
  std::set<std::string_view> codes;
  for (const DiagnosticCode& row : diagnostic_codes()) {
    CAPTURE(row.code);
    CHECK(codes.insert(row.code).second);
    CHECK(row.code.size() == 5);
    CHECK(row.code[0] == (row.severity == Severity::error ? 'E' : row.severity == Severity::warning ? 'W' : 'N'));
    CHECK_FALSE(row.title.empty());
    CHECK(find_diagnostic_code(row.code) == &row);
  }
  CHECK(find_diagnostic_code("E9999") == nullptr);
}
