#include "compiler/sema/infer_flow.h"

#include <utility>

namespace berth::sema::infer {
namespace {

/// Names that stand for conditions are followed this far.
constexpr int kDepth = 16;

bool is_null(const ast::Expr& expression) { return ast::as<ast::Null>(expression) != nullptr; }

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// `x != null`, and comparisons with what is never null.
Outcome compared(const ast::Binary& node, FlowNames& names) {
  Outcome outcome;
  const auto side = [&](const ast::Expr& asked, const ast::Expr& other) {
    std::string path = path_of(asked);
    if (path.empty()) return;
    if (is_null(other)) {
      (node.op == ast::BinaryOp::equal ? outcome.when_false : outcome.when_true).push_back(std::move(path));
    } else if (names.never_null(other)) {
      (node.op == ast::BinaryOp::equal ? outcome.when_true : outcome.when_false).push_back(std::move(path));
    }
  };
  side(*node.left, *node.right);
  side(*node.right, *node.left);
  return outcome;
}

}  // namespace

Outcome outcome_of(const ast::Expr& condition, FlowNames& names, int depth) {
  if (const auto* unary = ast::as<ast::Unary>(condition)) {
    if (unary->op != ast::UnaryOp::logical_not) return {};
    Outcome inner = outcome_of(*unary->operand, names, depth);
    std::swap(inner.when_true, inner.when_false);
    return inner;
  }
  if (const auto* name = ast::as<ast::NameRef>(condition)) {
    const ast::Expr* meaning = depth < kDepth ? names.meaning(name->name) : nullptr;
    return meaning == nullptr ? Outcome{} : outcome_of(*meaning, names, depth + 1);
  }
  const auto* binary = ast::as<ast::Binary>(condition);
  if (binary == nullptr) return {};
  switch (binary->op) {
    case ast::BinaryOp::equal:
    case ast::BinaryOp::not_equal: return compared(*binary, names);
    case ast::BinaryOp::logical_and:
    case ast::BinaryOp::logical_or: {
      // Both hold, or neither does; what only one of them says is lost in the other outcome.
      const bool both = binary->op == ast::BinaryOp::logical_and;
      Outcome outcome = outcome_of(*binary->left, names, depth);
      Outcome right = outcome_of(*binary->right, names, depth);
      append(both ? outcome.when_true : outcome.when_false, std::move(both ? right.when_true : right.when_false));
      (both ? outcome.when_false : outcome.when_true).clear();
      return outcome;
    }
    default: return {};
  }
}

}  // namespace berth::sema::infer
