#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/budget.h"
#include "compiler/sema/conform.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// Turns expressions into values, each top-level name once and on demand. Mistakes are reported where the user wrote them; their value is poison.
class Evaluator final : public TypeEvaluator {
 public:
  Evaluator(Scope& scope, Reporter& reporter, Budget& budget) : scope_(scope), reporter_(reporter), budget_(budget) {}

  Value evaluate(const ast::Expr& expression, const FramePtr& frame);
  /// The same, as a value of `type`.
  Value evaluate_as(const ast::Expr& expression, const Type& type, Place place, const FramePtr& frame);
  /// The value of a condition; nothing when it has none (reported).
  std::optional<bool> condition(const ast::Expr& expression, const FramePtr& frame);
  /// The text of a string, a key or a label; nothing when it has none (reported).
  std::optional<std::string> text_of(const ast::String& string, const FramePtr& frame);
  std::optional<std::string> text_of(const ast::Key& key, const FramePtr& frame);
  /// Calls `body` with a frame for each turn of the loop, in order (maps by key).
  void for_each(const ast::ForClause& clause, const FramePtr& frame, const std::function<void(const FramePtr&)>& body);
  /// The value of a parameter or let, or the reference to a resource.
  Value value_of(Symbol& symbol, Span use);
  /// A written type; unknown names and what is not carried out are reported.
  TypePtr type_of(const ast::TypeExpr& type);

  bool holds(const ast::Where& where, const Value& it, Span written) override;
  Value constant(const ast::Expr& expression) override { return evaluate(expression, nullptr); }

  /// Values given for parameters, by name: conformed in place of the default.
  struct Given {
    const ast::Expr* literal = nullptr;  ///< null: the text is the value
    std::string text;
    Span span;
  };
  std::unordered_map<std::string, Given> given;
  /// What the reserved names `stack` and `environment` stand for.
  Map reserved;
  std::set<Span> plain;
  std::set<Span> floating;

  Reporter& reporter() { return reporter_; }
  Budget& budget() { return budget_; }

 private:
  friend class Builtins;

  Value dispatch(const ast::Expr& expression, const FramePtr& frame);
  Value name(const ast::NameRef& node, const FramePtr& frame);
  Value string(const ast::String& node, const FramePtr& frame);
  Value list(const ast::List& node, Span span, const FramePtr& frame);
  Value list_for(const ast::ListFor& node, Span span, const FramePtr& frame);
  Value object(const ast::Object& node, Span span, const FramePtr& frame);
  Value object_for(const ast::ObjectFor& node, Span span, const FramePtr& frame);
  Value unary(const ast::Unary& node, Span span, const FramePtr& frame);
  Value binary(const ast::Binary& node, Span span, const FramePtr& frame);
  Value logical(const ast::Binary& node, Span span, const FramePtr& frame);
  Value coalesce(const ast::Binary& node, const FramePtr& frame);
  Value conditional(const ast::Conditional& node, const FramePtr& frame);
  Value member(const ast::Member& node, const FramePtr& frame);
  Value index(const ast::Index& node, const FramePtr& frame, bool missing_is_null);
  Value call(const ast::Call& node, Span span, const FramePtr& frame);
  Value call_function(Symbol& symbol, const ast::Call& node, Span span, const FramePtr& frame);

  Value parameter(Symbol& symbol);
  Value let(Symbol& symbol);
  Value cycle(const Symbol& symbol, Span use);
  Value not_text(const Value& value, Span span);
  std::string text_for_string(const Value& value, Span span, bool& good);

  TypePtr named_type(const ast::TypeExpr& type, const ast::NamedType& node);
  TypePtr alias(const ast::TypeExpr& type, const ast::TypeDecl& declaration);
  TypePtr union_type(const ast::TypeExpr& type, const ast::UnionType& node);
  TypePtr record_type(const ast::TypeExpr& type, const ast::RecordType& node);
  TypePtr uncarried_type(Span span, std::string_view word);
  bool apply_argument(const ast::TypeArgument& argument, Type& type);
  std::optional<std::int64_t> bound(const ast::Bound& bound, Type::Kind kind);

  Scope& scope_;
  Reporter& reporter_;
  Budget& budget_;
  int depth_ = 0;
  std::vector<std::pair<const Symbol*, Span>> running_;  ///< lets and parameters under evaluation, with the use that asked
  std::vector<const ast::TypeDecl*> running_types_;
  std::unordered_map<const ast::TypeExpr*, TypePtr> types_;
};

}  // namespace berth::sema
