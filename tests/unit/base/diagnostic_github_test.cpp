#include "base/diagnostic_github.h"

#include <catch2/catch.hpp>

using namespace berth;

namespace {

Diagnostic at(Span span, std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = "E0201";
  diagnostic.message = std::move(message);
  diagnostic.label(span);
  return diagnostic;
}

}  // namespace

TEST_CASE("an annotation has the place, the code and all of the text") {
  SourceSet sources;
  const SourceId id = sources.add("shop.ecs", "service web {\n  replica = 2\n}\n");
  Diagnostic diagnostic = at({id, 16, 23}, "unknown setting `replica`");
  diagnostic.labels[0].text = "it has no such setting";
  diagnostic.note("why").help("did you mean `replicas`?");
  CHECK(diagnostics_github({diagnostic}, sources) ==
        "::error file=shop.ecs,line=2,col=3,endLine=2,endColumn=9,title=E0201::unknown setting `replica`%0Ait has no such setting%0Anote: why%0Ahelp: "
        "did you mean `replicas`?\n");
  diagnostic.severity = Severity::warning;
  CHECK(diagnostics_github({diagnostic}, sources).starts_with("::warning file="));
  diagnostic.severity = Severity::note;
  CHECK(diagnostics_github({diagnostic}, sources).starts_with("::notice file="));
}

TEST_CASE("several lines have no columns, and no place no file") {
  SourceSet sources;
  const SourceId id = sources.add("shop.ecs", "a\nb\n");
  CHECK(diagnostics_github({at({id, 0, 3}, "x")}, sources) == "::error file=shop.ecs,line=1,endLine=2,title=E0201::x\n");
  CHECK(diagnostics_github({at({id, 2, 2}, "x")}, sources) == "::error file=shop.ecs,line=2,col=1,endLine=2,endColumn=1,title=E0201::x\n");
  CHECK(diagnostics_github({at({}, "x")}, sources) == "::error title=E0201::x\n");
}

TEST_CASE("no text can end an annotation or begin another one") {
  SourceSet sources;
  const SourceId id = sources.add("a:b,c%d\n::error::.ecs", "x\n");
  const std::string text = diagnostics_github({at({id, 0, 1}, "100%\r\n::set-output name=x::y\x1b[31m")}, sources);
  CHECK(text == "::error file=a%3Ab%2Cc%25d%0A%3A%3Aerror%3A%3A.ecs,line=1,col=1,endLine=1,endColumn=1,title=E0201::100%25�%0A::set-output name=x::y�[31m\n");
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(github_message("a%\nb") == "a%25%0Ab");
}

TEST_CASE("the first fifty are annotated, the rest is counted") {
  SourceSet sources;
  const SourceId id = sources.add("shop.ecs", "x\n");
  const std::string text = diagnostics_github(std::vector<Diagnostic>(53, at({id, 0, 1}, "x")), sources);
  CHECK(std::count(text.begin(), text.end(), '\n') == 51);
  CHECK(text.ends_with("::notice title=berth::3 more are not shown\n"));
}
