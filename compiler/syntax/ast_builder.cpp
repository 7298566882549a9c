#include "compiler/syntax/ast_builder.h"

#include <fmt/format.h>

namespace berth::syntax {

Span AstBuilder::span(Ctx* context) const {
  if (context == nullptr || context->start == nullptr) return {};
  const Token& first = token(context->start);
  if (context->stop == nullptr || context->stop->getTokenIndex() < context->start->getTokenIndex()) {
    return reporter_.span(first.begin, first.begin);
  }
  return reporter_.span(first.begin, token(context->stop).end);
}

std::string AstBuilder::doc_before(Ctx* context) const {
  std::vector<std::string_view> lines;
  std::size_t index = context->start->getTokenIndex();
  std::uint32_t line = lines_.line_of(token(context->start).begin);
  // Upwards, as long as each line is nothing but a doc comment.
  while (index-- > 0) {
    const Token& before = tokens_[index];
    if (before.kind == TokenKind::newline) continue;
    const bool above = before.kind == TokenKind::doc_comment && line > 0 && lines_.line_of(before.begin) == line - 1 &&
                       before.begin == lines_.begin(line - 1) + lines_.indent(line - 1);
    if (!above) break;
    std::string_view text = text_of(before).substr(2);
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    lines.push_back(text);
    --line;
  }
  std::string doc;
  for (auto each = lines.rbegin(); each != lines.rend(); ++each) {
    if (each != lines.rbegin()) doc += '\n';
    doc += *each;
  }
  return doc;
}

std::vector<ast::Comment> AstBuilder::comments() const {
  std::vector<ast::Comment> comments;
  for (const Token& each : tokens_) {
    const bool doc = each.kind == TokenKind::doc_comment;
    if (doc || each.kind == TokenKind::comment) comments.push_back({span(each), doc});
  }
  return comments;
}

std::optional<ast::Name> AstBuilder::name(TerminalNode* node) const {
  if (node == nullptr) return std::nullopt;
  const Token& word = token(node->getSymbol());
  return ast::Name{std::string(text_of(word)), span(word)};
}

std::optional<ast::Name> AstBuilder::name(EcsParser::SoftKeyContext* context) const {
  if (context == nullptr || context->start == nullptr) return std::nullopt;
  const Token& word = token(context->start);
  return ast::Name{std::string(text_of(word)), span(word)};
}

// ---- items -------------------------------------------------------------------------------------------------------------------------

std::optional<ast::Item> AstBuilder::item(EcsParser::ItemContext* context) {
  if (context == nullptr || context->start == nullptr) return std::nullopt;
  auto built = node(context);
  if (!built) return std::nullopt;
  return ast::Item{.span = span(context), .node = std::move(*built), .doc = doc_before(context)};
}

std::optional<ast::Item::Node> AstBuilder::node(EcsParser::ItemContext* context) {
  if (auto* c = context->entry()) return entry(c);
  if (auto* c = context->letItem()) return let(c);
  if (auto* c = context->paramItem()) return param(c);
  if (auto* c = context->fnItem()) return fn(c);
  if (auto* c = context->typeItem()) return type_decl(c);
  if (auto* c = context->outputItem()) return output(c);
  if (auto* c = context->importItem()) return import(c);
  if (auto* c = context->fromItem()) return from_import(c);
  if (auto* c = context->assertItem()) return assertion(c);
  if (auto* c = context->checkItem()) return check(c);
  if (auto* c = context->useItem()) return ast::Use{expr(c->expr())};
  if (auto* c = context->movedItem()) return moved(c);
  if (auto* c = context->ifItem()) return if_item(c);
  if (auto* c = context->forItem()) return for_item(c);
  return std::nullopt;
}

std::optional<ast::Item::Node> AstBuilder::entry(EcsParser::EntryContext* context) {
  const auto key_of = [this](TerminalNode* word, EcsParser::StringContext* quoted) -> std::optional<ast::Key> {
    if (auto plain = name(word)) return ast::Key{std::move(*plain)};
    if (auto text = string(quoted)) return ast::Key{std::move(*text)};
    return std::nullopt;
  };
  std::optional<ast::Key> key;
  if (auto* written = context->key()) key = key_of(written->IDENT(), written->string());
  if (auto soft = name(context->softKey())) key = ast::Key{std::move(*soft)};
  if (!key) return std::nullopt;
  ast::Entry entry{.key = std::move(*key), .labels = {}, .value = nullptr, .body = std::nullopt};
  for (auto* label : context->label()) {
    if (auto built = key_of(label->IDENT(), label->string())) entry.labels.push_back(std::move(*built));
  }
  if (context->body() != nullptr) {
    entry.body = body(context->body());
  } else {
    entry.value = expr(context->expr());
  }
  return entry;
}

std::optional<ast::Item::Node> AstBuilder::let(EcsParser::LetItemContext* context) {
  auto own = name(context->IDENT());
  if (!own) return std::nullopt;
  return ast::Let{std::move(*own), context->type() != nullptr ? type(context->type()) : nullptr, expr(context->expr())};
}

std::optional<ast::Item::Node> AstBuilder::param(EcsParser::ParamItemContext* context) {
  auto own = name(context->IDENT());
  if (!own) return std::nullopt;
  ast::ExprPtr value = context->ASSIGN() != nullptr ? expr(context->expr()) : nullptr;
  return ast::Param{std::move(*own), type(context->type()), std::move(value), wheres(context->where())};
}

std::optional<ast::Item::Node> AstBuilder::fn(EcsParser::FnItemContext* context) {
  auto own = name(context->IDENT());
  if (!own) return std::nullopt;
  ast::Fn fn{std::move(*own), {}, type(context->type()), expr(context->expr())};
  for (auto* each : context->fnParam()) {
    auto param_name = name(each->IDENT());
    if (!param_name) continue;
    fn.params.push_back({std::move(*param_name), type(each->type()), each->ASSIGN() != nullptr ? expr(each->expr()) : nullptr, span(each)});
  }
  return fn;
}

std::optional<ast::Item::Node> AstBuilder::type_decl(EcsParser::TypeItemContext* context) {
  auto own = name(context->IDENT());
  if (!own) return std::nullopt;
  return ast::TypeDecl{std::move(*own), type(context->type()), wheres(context->where())};
}

std::optional<ast::Item::Node> AstBuilder::output(EcsParser::OutputItemContext* context) {
  auto own = name(context->IDENT());
  if (!own) return std::nullopt;
  return ast::Output{std::move(*own), type(context->type()), expr(context->expr())};
}

std::optional<ast::Item::Node> AstBuilder::import(EcsParser::ImportItemContext* context) {
  auto path = string(context->string());
  auto alias = name(context->IDENT());
  if (!path || !alias) return std::nullopt;
  return ast::Import{std::move(*path), std::move(*alias)};
}

std::optional<ast::Item::Node> AstBuilder::from_import(EcsParser::FromItemContext* context) {
  auto path = string(context->string());
  if (!path) return std::nullopt;
  ast::FromImport import{std::move(*path), {}};
  for (auto* each : context->importName()) {
    auto imported = name(each->IDENT(0));
    if (imported) import.names.push_back({std::move(*imported), name(each->IDENT(1)), span(each)});
  }
  return import;
}

std::optional<ast::Item::Node> AstBuilder::assertion(EcsParser::AssertItemContext* context) {
  auto message = string(context->string());
  if (!message) return std::nullopt;
  return ast::Assert{expr(context->expr()), std::move(*message)};
}

std::optional<ast::Item::Node> AstBuilder::check(EcsParser::CheckItemContext* context) {
  auto title = string(context->string());
  auto variable = name(context->IDENT());
  if (!title || !variable) return std::nullopt;
  ast::ExprPtr condition = context->KW_IF() != nullptr ? expr(context->expr(1)) : nullptr;
  return ast::Check{std::move(*title), std::move(*variable), expr(context->expr(0)), std::move(condition), body(context->body())};
}

std::optional<ast::Item::Node> AstBuilder::moved(EcsParser::MovedItemContext* context) {
  auto from = address(context->address(0));
  auto to = address(context->address(1));
  if (!from || !to) return std::nullopt;
  return ast::Moved{std::move(*from), std::move(*to)};
}

std::optional<ast::Address> AstBuilder::address(EcsParser::AddressContext* context) {
  if (context == nullptr) return std::nullopt;
  ast::Address address{{}, span(context)};
  for (auto* segment : context->addrSeg()) {
    auto own = name(segment->IDENT());
    if (!own) return std::nullopt;
    address.segments.push_back({std::move(*own), string(segment->string()), span(segment)});
  }
  return address;
}

std::optional<ast::Item::Node> AstBuilder::if_item(EcsParser::IfItemContext* context) {
  ast::If chain;
  const auto conditions = context->expr();
  const auto bodies = context->body();
  for (std::size_t i = 0; i < conditions.size() && i < bodies.size(); ++i) {
    chain.branches.push_back({expr(conditions[i]), body(bodies[i])});
  }
  if (chain.branches.empty()) return std::nullopt;
  if (bodies.size() > conditions.size()) chain.otherwise = body(bodies.back());
  return chain;
}

std::optional<ast::Item::Node> AstBuilder::for_item(EcsParser::ForItemContext* context) {
  auto first = name(context->IDENT(0));
  if (!first) return std::nullopt;
  const Span first_place = span(context);
  ast::ForClause clause{std::move(*first), name(context->IDENT(1)), expr(context->expr(0)),
                        context->KW_IF() != nullptr ? expr(context->expr(1)) : nullptr, first_place};
  if (context->body() != nullptr) clause.span.end = span(context->body()).begin;
  return ast::For{std::move(clause), body(context->body())};
}

ast::Body AstBuilder::body(EcsParser::BodyContext* context) {
  ast::Body body;
  if (context == nullptr) return body;
  body.span = span(context);
  for (auto* each : context->item()) {
    if (auto built = item(each)) body.items.push_back(std::move(*built));
  }
  return body;
}

std::vector<ast::Where> AstBuilder::wheres(const std::vector<EcsParser::WhereContext*>& contexts) {
  std::vector<ast::Where> wheres;
  for (auto* each : contexts) wheres.push_back({expr(each->expr()), string(each->string()), span(each)});
  return wheres;
}

// ---- types -------------------------------------------------------------------------------------------------------------------------

ast::TypeExprPtr AstBuilder::type(EcsParser::TypeContext* context) {
  if (context == nullptr || context->typeAtom().empty()) return std::make_unique<ast::TypeExpr>();
  const auto atoms = context->typeAtom();
  if (atoms.size() == 1) return type_atom(atoms.front());
  ast::UnionType alternatives;
  for (auto* atom : atoms) alternatives.members.push_back(type_atom(atom));
  return std::make_unique<ast::TypeExpr>(ast::TypeExpr{.span = span(context), .node = std::move(alternatives), .optional = false});
}

ast::TypeExprPtr AstBuilder::type_atom(EcsParser::TypeAtomContext* context) {
  auto type = std::make_unique<ast::TypeExpr>();
  if (context->LBRACE() != nullptr) {
    ast::RecordType record;
    for (auto* each : context->typeField()) {
      if (auto field = type_field(each)) record.fields.push_back(std::move(*field));
    }
    type->node = std::move(record);
  } else if (context->type() != nullptr) {
    type = this->type(context->type());
  } else if (!context->IDENT().empty()) {
    ast::NamedType named;
    for (auto* each : context->IDENT()) named.path.push_back(*name(each));
    for (auto* each : context->typeArg()) {
      if (auto argument = type_argument(each)) named.arguments.push_back(std::move(*argument));
    }
    type->node = std::move(named);
  } else if (auto text = string(context->string())) {
    type->node = ast::LiteralType{std::move(*text)};
  } else if (context->NUMBER() != nullptr) {
    type->node = ast::LiteralType{number(context->NUMBER(), nullptr)};
  }
  type->span = span(context);
  type->optional = type->optional || context->QUESTION() != nullptr;
  return type;
}

std::optional<ast::TypeArgument> AstBuilder::type_argument(EcsParser::TypeArgContext* context) {
  if (context->type() != nullptr) return type(context->type());
  TerminalNode* dots = context->DOTDOT();
  if (dots == nullptr) return std::nullopt;
  ast::Range range{std::nullopt, std::nullopt, span(context)};
  for (auto* each : context->bound()) {
    if (each->NUMBER() == nullptr) continue;
    ast::Bound bound{each->MINUS() != nullptr, number(each->NUMBER(), each->IDENT() != nullptr ? each->IDENT() : each->PERCENT()),
                     span(each)};
    const bool low = each->start->getTokenIndex() < dots->getSymbol()->getTokenIndex();
    (low ? range.low : range.high) = std::move(bound);
  }
  return range;
}

std::optional<ast::TypeField> AstBuilder::type_field(EcsParser::TypeFieldContext* context) {
  auto own = context->IDENT() != nullptr ? name(context->IDENT()) : name(context->softKey());
  if (!own) return std::nullopt;
  return ast::TypeField{std::move(*own), type(context->type()), context->ASSIGN() != nullptr ? expr(context->expr()) : nullptr,
                        wheres(context->where()), span(context)};
}

}  // namespace berth::syntax
