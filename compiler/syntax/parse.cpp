#include "compiler/syntax/parse.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "compiler/syntax/bracket_repair.h"
#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/item_parser.h"
#include "compiler/syntax/lexed_text.h"
#include "compiler/syntax/reporter.h"
#include "compiler/syntax/string_repair.h"
#include "compiler/syntax/text_check.h"

namespace berth::syntax {
namespace {

/// A `"""` that is not closed hides what comes after it, so closing it may bring the next one to light; this often at most.
constexpr int kCharacterRounds = 8;

bool check_nesting(const LexedText& lexed, Reporter& reporter) {
  const Token* deep = find_too_deep(lexed.tokens(), kMaxNesting);
  if (deep == nullptr) return true;
  reporter.report("E0901", deep->begin, deep->end, fmt::format("this is nested deeper than {} levels", kMaxNesting))
      .note("brackets, `if`s and the operators of one expression count")
      .help("give a part of it a name with `let`");
  return false;
}

/// Reads the text into tokens and repairs what keeps the parser from seeing its structure. Null when it is nested too deep.
std::unique_ptr<LexedText> lex_and_repair(EditedText& text, Reporter& reporter) {
  auto lexed = std::make_unique<LexedText>(text.text());
  for (int round = 0; round < kCharacterRounds; ++round) {
    CharacterRepair repair = repair_characters(text.text(), lexed->tokens(), reporter);
    if (repair.edits.empty()) break;
    text.apply(std::move(repair.edits));
    lexed = std::make_unique<LexedText>(text.text());
    if (!repair.cut_short) break;
  }
  reporter.end_stage();
  if (!check_nesting(*lexed, reporter)) return nullptr;
  std::vector<Edit> edits = repair_brackets(text.text(), lexed->tokens(), reporter);
  reporter.end_stage();
  if (edits.empty()) return lexed;
  text.apply(std::move(edits));
  lexed = std::make_unique<LexedText>(text.text());
  return check_nesting(*lexed, reporter) ? std::move(lexed) : nullptr;
}

}  // namespace

ast::File parse(SourceId source, const SourceSet& sources, DiagnosticSink& sink) {
  const SourceFile& file = sources.file(source);
  ast::File tree{.source = source, .items = {}, .comments = {}};
  EditedText text(file.text());
  Reporter reporter(source, file, text, sink);
  if (!check_text(text, reporter)) return tree;
  normalise_ends(text);
  const std::unique_ptr<LexedText> lexed = lex_and_repair(text, reporter);
  if (lexed == nullptr) return tree;
  tree.comments = AstBuilder(text.text(), lexed->tokens(), reporter).comments();
  tree.items = ItemParser(text.text(), *lexed, reporter).run();
  return tree;
}

}  // namespace berth::syntax
