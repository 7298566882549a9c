// libs: berth_compiler
// The grammar stays SLL: over all .ecs text of the repository no decision is ambiguous, none needs the full context, and the fast parse
// never falls back.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/diagnostic.h"
#include "compiler/syntax/item_parser.h"
#include "tests/support/case_file.h"

namespace {

using namespace berth;

class Detector : public antlr4::BaseErrorListener {
 public:
  std::size_t errors = 0, ambiguities = 0, full_contexts = 0;
  std::string where;

  void syntaxError(antlr4::Recognizer*, antlr4::Token* token, std::size_t, std::size_t, const std::string& message, std::exception_ptr) override {
    ++errors;
    where = token->getText() + ": " + message;
  }
  void reportAmbiguity(antlr4::Parser* parser, const antlr4::dfa::DFA&, std::size_t begin, std::size_t end, bool, const antlrcpp::BitSet&,
                       antlr4::atn::ATNConfigSet*) override {
    ++ambiguities;
    where = parser->getTokenStream()->getText(antlr4::misc::Interval(begin, end));
  }
  void reportAttemptingFullContext(antlr4::Parser* parser, const antlr4::dfa::DFA&, std::size_t begin, std::size_t end,
                                   const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    ++full_contexts;
    where = parser->getTokenStream()->getText(antlr4::misc::Interval(begin, end));
  }
};

void check(const std::string& name, const std::string& text) {
  CAPTURE(name);
  syntax::LexedText exact(text);
  EcsParser parser(&exact.stream());
  Detector detector;
  parser.removeErrorListeners();
  parser.addErrorListener(&detector);
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::LL_EXACT_AMBIG_DETECTION);
  parser.file();
  CAPTURE(detector.where);
  CHECK(detector.errors == 0);
  CHECK(detector.ambiguities == 0);
  CHECK(detector.full_contexts == 0);

  SourceSet sources;
  DiagnosticSink sink;
  const SourceId source = sources.add(name, text);
  const syntax::EditedText edited(text);
  syntax::Reporter reporter(source, sources.file(source), edited, sink);
  syntax::LexedText lexed(text);
  syntax::ItemParser items(text, lexed, reporter);
  items.run();
  CHECK(items.statistics().fallbacks == 0);
  CHECK(sink.empty());
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("no decision of the grammar is ambiguous or needs more than SLL") {
  std::size_t files = 0;
  for (const char* root : {"examples", "stdlib"}) {
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".ecs") continue;
      check(entry.path().string(), read(entry.path()));
      ++files;
    }
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden/syntax/valid")) {
    const auto file = test::parse_case(entry.path().string(), read(entry.path()));
    REQUIRE(file.has_value());
    check(entry.path().string(), file->text("main.ecs"));
    ++files;
  }
  CHECK(files >= 8);
}

}  // namespace
