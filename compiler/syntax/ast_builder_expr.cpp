#include <fmt/format.h>

#include "compiler/syntax/ast_builder.h"

namespace berth::syntax {
namespace {

using ast::BinaryOp;

struct Operator {
  BinaryOp op;
  int level;  ///< binds the tighter the higher
};

/// The precedence table. `not` and `-` bind tighter than all of it, then come `.`, `[ ]` and `( )`.
Operator operator_of(std::size_t type) {
  switch (type) {
    case EcsLexer::KW_OR: return {BinaryOp::logical_or, 1};
    case EcsLexer::KW_AND: return {BinaryOp::logical_and, 2};
    case EcsLexer::EQ: return {BinaryOp::equal, 3};
    case EcsLexer::NE: return {BinaryOp::not_equal, 3};
    case EcsLexer::LT: return {BinaryOp::less, 3};
    case EcsLexer::LE: return {BinaryOp::less_equal, 3};
    case EcsLexer::GT: return {BinaryOp::greater, 3};
    case EcsLexer::GE: return {BinaryOp::greater_equal, 3};
    case EcsLexer::KW_IN: return {BinaryOp::in, 3};
    case EcsLexer::COALESCE: return {BinaryOp::coalesce, 4};
    case EcsLexer::DOTDOT: return {BinaryOp::range, 5};
    case EcsLexer::PLUS: return {BinaryOp::add, 6};
    case EcsLexer::MINUS: return {BinaryOp::subtract, 6};
    case EcsLexer::STAR: return {BinaryOp::multiply, 7};
    default: return {BinaryOp::divide, 7};
  }
}
constexpr int kComparison = 3;
constexpr int kRange = 5;

Span through(const ast::ExprPtr& first, const ast::ExprPtr& last) { return first->span.through(last->span); }

/// Operator precedence parsing of `operands[0] operators[0] operands[1] …`.
class Climber {
 public:
  struct Op {
    Operator op;
    Token token;
  };
  Climber(std::vector<ast::ExprPtr> operands, std::vector<Op> operators, Reporter& reporter, std::string_view text)
      : operands_(std::move(operands)), operators_(std::move(operators)), reporter_(reporter), text_(text) {}

  ast::ExprPtr climb(int level = 1) {
    ast::ExprPtr left = std::move(operands_[next_]);
    const Op* previous = nullptr;
    while (next_ < operators_.size() && operators_[next_].op.level >= level) {
      const Op& op = operators_[next_++];
      ast::ExprPtr right = climb_tighter(op.op.level);
      if (previous != nullptr && op.op.level == previous->op.level) check_chain(*previous, op);
      const Span whole = through(left, right);
      left = ast::make_expr(whole, ast::Binary{op.op.op, reporter_.span(op.token.begin, op.token.end), std::move(left), std::move(right)});
      previous = &op;
    }
    return left;
  }

 private:
  ast::ExprPtr climb_tighter(int level) {
    if (next_ < operators_.size() && operators_[next_].op.level > level) return climb(level + 1);
    return std::move(operands_[next_]);
  }

  /// `a < b < c` and `a..b..c` mean nothing.
  void check_chain(const Op& first, const Op& second) {
    const std::string_view spelled = text_.substr(second.token.begin, second.token.end - second.token.begin);
    if (first.op.level == kComparison) {
      const std::string_view middle = trimmed(text_.substr(first.token.end, second.token.begin - first.token.end));
      reporter_.report("E0010", second.token.begin, second.token.end, fmt::format("comparisons cannot be chained with `{}`", spelled))
          .label(reporter_.span(first.token.begin, first.token.end), "the comparison before")
          .help("compare twice, with `and` between")
          .fix(reporter_.span(second.token.begin, second.token.begin), fmt::format("and {} ", middle));
    } else if (first.op.level == kRange) {
      reporter_.report("E0010", second.token.begin, second.token.end, "a range has two ends");
    }
  }

  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  }

  std::vector<ast::ExprPtr> operands_;
  std::vector<Op> operators_;
  Reporter& reporter_;
  std::string_view text_;
  std::size_t next_ = 0;
};

}  // namespace

ast::ExprPtr AstBuilder::expr(EcsParser::ExprContext* context) {
  if (context == nullptr || context->start == nullptr) return bad();
  if (context->KW_IF() != nullptr) {
    return ast::make_expr(span(context), ast::Conditional{expr(context->expr(0)), expr(context->expr(1)), expr(context->expr(2))});
  }
  std::vector<ast::ExprPtr> operands;
  for (auto* each : context->operand()) operands.push_back(operand(each));
  const auto written = context->binop();
  if (operands.empty()) return bad(span(context));
  if (operands.size() == 1 && written.empty()) return std::move(operands.front());
  std::vector<Climber::Op> operators;
  for (auto* each : written) {
    if (each->start != nullptr) operators.push_back({operator_of(each->start->getType()), token(each->start)});
  }
  while (operators.size() >= operands.size()) operands.push_back(bad(span(context)));
  return Climber(std::move(operands), std::move(operators), reporter_, text_).climb();
}

ast::ExprPtr AstBuilder::operand(EcsParser::OperandContext* context) {
  if (context->primary() == nullptr) return bad(span(context));
  ast::ExprPtr value = primary(context->primary());
  for (auto* each : context->postfix()) value = postfix(std::move(value), each);
  std::vector<antlr4::Token*> prefixes;
  for (auto* child : context->children) {
    auto* terminal = dynamic_cast<TerminalNode*>(child);
    if (terminal != nullptr) prefixes.push_back(terminal->getSymbol());
  }
  for (auto each = prefixes.rbegin(); each != prefixes.rend(); ++each) {
    const auto op = (*each)->getType() == EcsLexer::MINUS ? ast::UnaryOp::negate : ast::UnaryOp::logical_not;
    const Span whole = span(token(*each)).through(value->span);
    value = ast::make_expr(whole, ast::Unary{op, std::move(value)});
  }
  return value;
}

ast::ExprPtr AstBuilder::postfix(ast::ExprPtr object, EcsParser::PostfixContext* context) {
  const Span whole = object->span.through(span(context));
  if (auto* member = context->member()) {
    auto own = member->IDENT() != nullptr ? name(member->IDENT()) : name(member->softKey());
    if (!own) return bad(whole);
    return ast::make_expr(whole, ast::Member{std::move(object), std::move(*own), context->QDOT() != nullptr});
  }
  if (context->LBRACK() != nullptr) return ast::make_expr(whole, ast::Index{std::move(object), expr(context->expr())});
  if (context->LPAREN() == nullptr) return bad(whole);
  ast::Call call{std::move(object), {}};
  for (auto* each : context->arg()) {
    if (auto built = argument(each)) call.arguments.push_back(std::move(*built));
  }
  return ast::make_expr(whole, std::move(call));
}

std::optional<ast::Argument> AstBuilder::argument(EcsParser::ArgContext* context) {
  ast::ExprPtr first = expr(context->expr(0));
  if (context->ASSIGN() == nullptr) return ast::Argument{std::nullopt, std::move(first), span(context)};
  const auto* named = ast::as<ast::NameRef>(*first);
  const bool bare = named != nullptr && named->name.span == first->span;
  if (!bare && ast::as<ast::Bad>(*first) == nullptr) {
    const Token& assign = token(context->ASSIGN()->getSymbol());
    reporter_.report("E0010", token(context->start).begin, assign.begin, "an argument's name is a bare name")
        .help("to compare, write `==`");
    return std::nullopt;
  }
  std::optional<ast::Name> label;
  if (named != nullptr) label = named->name;
  return ast::Argument{std::move(label), expr(context->expr(1)), span(context)};
}

ast::ExprPtr AstBuilder::primary(EcsParser::PrimaryContext* context) {
  const Span whole = span(context);
  if (context->NUMBER() != nullptr) {
    return ast::make_expr(whole, number(context->NUMBER(), context->IDENT() != nullptr ? context->IDENT() : context->PERCENT()));
  }
  if (context->IDENT() != nullptr) return ast::make_expr(whole, ast::NameRef{*name(context->IDENT())});
  if (auto text = string(context->string())) return ast::make_expr(whole, std::move(*text));
  if (context->KW_TRUE() != nullptr) return ast::make_expr(whole, ast::Bool{true});
  if (context->KW_FALSE() != nullptr) return ast::make_expr(whole, ast::Bool{false});
  if (context->KW_NULL() != nullptr) return ast::make_expr(whole, ast::Null{});
  if (context->list() != nullptr) return list(context->list());
  if (context->object() != nullptr) return object(context->object());
  if (context->LPAREN() != nullptr && context->expr() != nullptr) {
    ast::ExprPtr inner = expr(context->expr());
    inner->span = whole;
    return inner;
  }
  return bad(whole);
}

ast::ExprPtr AstBuilder::list(EcsParser::ListContext* context) {
  if (context->forClause() != nullptr) {
    return ast::make_expr(span(context), ast::ListFor{for_clause(context->forClause()), expr(context->expr())});
  }
  ast::List list;
  for (auto* each : context->element()) {
    list.elements.push_back({expr(each->expr()), each->ELLIPSIS() != nullptr, span(each)});
  }
  return ast::make_expr(span(context), std::move(list));
}

ast::ExprPtr AstBuilder::object(EcsParser::ObjectContext* context) {
  if (context->forClause() != nullptr) {
    return ast::make_expr(span(context),
                          ast::ObjectFor{for_clause(context->forClause()), expr(context->expr(0)), expr(context->expr(1))});
  }
  ast::Object object;
  for (auto* each : context->field()) {
    ast::Field field{std::nullopt, expr(each->expr()), span(each)};
    if (auto word = name(each->IDENT())) {
      field.key = ast::Key{std::move(*word)};
    } else if (auto soft = name(each->softKey())) {
      field.key = ast::Key{std::move(*soft)};
    } else if (auto text = string(each->string())) {
      field.key = ast::Key{std::move(*text)};
    }
    if (field.key || each->ELLIPSIS() != nullptr) object.fields.push_back(std::move(field));
  }
  return ast::make_expr(span(context), std::move(object));
}

ast::ForClause AstBuilder::for_clause(EcsParser::ForClauseContext* context) {
  auto first = name(context->IDENT(0));
  return {first ? std::move(*first) : ast::Name{"", span(context)}, name(context->IDENT(1)), expr(context->expr(0)),
          context->KW_IF() != nullptr ? expr(context->expr(1)) : nullptr, span(context)};
}

}  // namespace berth::syntax
