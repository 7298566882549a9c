#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/lexed_text.h"
#include "compiler/syntax/reporter.h"
#include "grammar/EcsParser.h"

namespace berth::syntax {

/// Turns the parse tree of one item into its AST. Parts that a mistake left out become `Bad`, or are dropped where nothing sensible is
/// left. Reports what the grammar lets pass: chained comparisons, arguments that are no names, unknown escapes.
class AstBuilder {
 public:
  AstBuilder(std::string_view text, const Tokens& tokens, Reporter& reporter)
      : text_(text), tokens_(tokens), lines_(text), reporter_(reporter) {}

  std::optional<ast::Item> item(EcsParser::ItemContext* context);
  std::vector<ast::Comment> comments() const;

 private:
  using Ctx = antlr4::ParserRuleContext;
  using TerminalNode = antlr4::tree::TerminalNode;
  template <class T>
  using Maybe = std::optional<T>;

  // places and text
  [[nodiscard]] const Token& token(antlr4::Token* token) const { return tokens_[token->getTokenIndex()]; }
  [[nodiscard]] std::string_view text_of(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  [[nodiscard]] Span span(const Token& token) const { return reporter_.span(token.begin, token.end); }
  [[nodiscard]] Span span(Ctx* context) const;
  [[nodiscard]] std::string doc_before(Ctx* context) const;

  // items
  Maybe<ast::Item::Node> node(EcsParser::ItemContext* context);
  Maybe<ast::Item::Node> entry(EcsParser::EntryContext* context);
  Maybe<ast::Item::Node> let(EcsParser::LetItemContext* context);
  Maybe<ast::Item::Node> param(EcsParser::ParamItemContext* context);
  Maybe<ast::Item::Node> fn(EcsParser::FnItemContext* context);
  Maybe<ast::Item::Node> type_decl(EcsParser::TypeItemContext* context);
  Maybe<ast::Item::Node> output(EcsParser::OutputItemContext* context);
  Maybe<ast::Item::Node> import(EcsParser::ImportItemContext* context);
  Maybe<ast::Item::Node> from_import(EcsParser::FromItemContext* context);
  Maybe<ast::Item::Node> assertion(EcsParser::AssertItemContext* context);
  Maybe<ast::Item::Node> check(EcsParser::CheckItemContext* context);
  Maybe<ast::Item::Node> moved(EcsParser::MovedItemContext* context);
  Maybe<ast::Item::Node> if_item(EcsParser::IfItemContext* context);
  Maybe<ast::Item::Node> for_item(EcsParser::ForItemContext* context);
  ast::Body body(EcsParser::BodyContext* context);
  Maybe<ast::Address> address(EcsParser::AddressContext* context);
  std::vector<ast::Where> wheres(const std::vector<EcsParser::WhereContext*>& contexts);
  Maybe<ast::Name> name(TerminalNode* node) const;
  Maybe<ast::Name> name(EcsParser::SoftKeyContext* context) const;

  // expressions
  ast::ExprPtr expr(EcsParser::ExprContext* context);
  ast::ExprPtr bad(Span span = {}) const { return ast::make_expr(span, ast::Bad{}); }
  ast::ExprPtr operand(EcsParser::OperandContext* context);
  ast::ExprPtr postfix(ast::ExprPtr object, EcsParser::PostfixContext* context);
  ast::ExprPtr primary(EcsParser::PrimaryContext* context);
  ast::ExprPtr list(EcsParser::ListContext* context);
  ast::ExprPtr object(EcsParser::ObjectContext* context);
  ast::ForClause for_clause(EcsParser::ForClauseContext* context);
  Maybe<ast::Argument> argument(EcsParser::ArgContext* context);

  // literals
  ast::Number number(TerminalNode* digits, TerminalNode* unit) const;
  Maybe<ast::String> string(EcsParser::StringContext* context);
  ast::String plain_string(const Token& token, std::size_t type);
  ast::String interpolated(EcsParser::InterpContext* context);
  void append_decoded(std::string& out, std::string_view text, std::uint32_t begin, bool multiline);

  // types
  ast::TypeExprPtr type(EcsParser::TypeContext* context);
  ast::TypeExprPtr type_atom(EcsParser::TypeAtomContext* context);
  Maybe<ast::TypeArgument> type_argument(EcsParser::TypeArgContext* context);
  Maybe<ast::TypeField> type_field(EcsParser::TypeFieldContext* context);

  std::string_view text_;
  const Tokens& tokens_;
  LineTable lines_;
  Reporter& reporter_;
};

}  // namespace berth::syntax
