#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/sema/conform.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/infer_builtins.h"
#include "compiler/sema/infer_flow.h"
#include "compiler/sema/infer_types.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"

namespace berth::sema::infer {

/// What receives an expression's value, for messages.
struct Slot {
  std::string_view name;      ///< `memory`; "" for parts of lists
  Span declared = {};         ///< where the type stands in the source, if it does
  bool takes_null = false;    ///< null means: not set
  bool literal_text = false;  ///< an int or bool literal counts as text, as in `env`
};

/// Types of expressions: `infer` from the inside out, `check` from what is expected inwards. Everything that is certainly wrong is reported to wait for
/// evaluation (Reporter::later); of what is not certain nothing is said.
class Expressions final : private TypeEvaluator, private FlowNames {
 public:
  Expressions(Scope& scope, Evaluator& evaluator) : scope_(scope), evaluator_(evaluator), reporter_(evaluator.reporter()) {}

  Known infer(const ast::Expr& expression);
  void check(const ast::Expr& expression, const Type& type, const Slot& slot);
  /// A condition: a bool that is not null.
  void condition(const ast::Expr& expression);
  /// A text, a key or a label.
  void text(const ast::String& string);
  void text(const ast::Key& key);
  void wheres(const std::vector<ast::Where>& wheres, const Known& it);

  /// The declared type; of kind `unknown` for block parameters.
  TypePtr type_of(const ast::TypeExpr& type);
  /// Whether the type is `block(K)` or `blocks(K)`.
  static bool is_block_type(const ast::TypeExpr& type);
  Known known_of(const Symbol& symbol);
  void function(const ast::Fn& function);

  /// Local names, innermost last.
  [[nodiscard]] std::size_t depth() const { return locals_.size(); }
  void enter(std::string_view name, Known known) { locals_.push_back({name, std::move(known)}); }
  void leave(std::size_t depth) { locals_.resize(depth, Local{}); }

  /// Visits what stands in a loop, with its variables.
  template <class Visit>
  void in_loop(const ast::ForClause& clause, const Visit& visit) {
    const std::size_t outer = depth();
    loop_variables(clause);
    std::vector<std::string> facts;
    if (clause.condition != nullptr) {
      condition(*clause.condition);
      facts = outcome(*clause.condition).when_true;
    }
    with(facts, visit);
    leave(outer);
  }
  template <class Visit>
  void with(const std::vector<std::string>& not_null, const Visit& visit) {
    facts_.enter(not_null);
    visit();
    facts_.leave(not_null);
  }
  /// Until forget() of the same paths.
  void assume(const std::vector<std::string>& not_null) { facts_.enter(not_null); }
  void forget(const std::vector<std::string>& not_null) { facts_.leave(not_null); }
  Outcome outcome(const ast::Expr& condition) { return outcome_of(condition, *this); }

 private:
  struct Local {
    std::string_view name;
    Known known;
  };
  struct Symbolic {
    bool running = true;
    Known known;
  };

  // TypeEvaluator, for literals: conditions are evaluation's to judge.
  bool holds(const ast::Where&, const Value&, Span) override { return true; }
  Value constant(const ast::Expr&) override { return {}; }
  // FlowNames
  bool never_null(const ast::Expr& expression) override;
  const ast::Expr* meaning(const ast::Name& name) override;

  Known dispatch(const ast::Expr& expression);
  Known name(const ast::NameRef& node);
  Known number(const ast::Number& node, Span span);
  Known list(const ast::List& node);
  Known object(const ast::Object& node);
  Known unary(const ast::Unary& node);
  Known binary(const ast::Binary& node, Span span);
  Known logical(const ast::Binary& node);
  Known coalesce(const ast::Binary& node);
  Known conditional(const ast::Conditional& node);
  Known member(const ast::Member& node);
  Known member_of(const Known& object, const ast::Member& node);
  Known setting_of(std::string_view kind, std::string_view name);
  Known index(const ast::Index& node, bool missing_is_null);
  Known call(const ast::Call& node, Span span);
  Known call_function(const Symbol& symbol, const ast::Call& node, Span span);
  Known call_builtin(std::string_view name, const ast::Call& node, Span span);
  void loop_variables(const ast::ForClause& clause);

  bool check_literal(const ast::Expr& expression, const Type& type, const Slot& slot);
  void check_list(const ast::List& node, const Type& type);
  void check_map(const ast::Object& node, const Type& type, const Slot& slot);
  void check_record(const ast::Object& node, Span span, const Type& type);
  /// Conditions inside an expression whose names are not looked up (`if prod then [replicas] else []`).
  void conditions_only(const ast::Expr& expression);
  void require(const Known& known, const ast::Expr& expression, const Type& type, const Slot& slot);
  void require_fields(const Known& known, Span span, const Type& type);

  Diagnostic& report(std::string_view code, Span span, std::string message, std::string label);
  void forward(const DiagnosticSink& found);
  void may_be_null(const ast::Expr& expression, const Known& known);
  void operands_do_not_fit(const ast::Binary& node, const Known& left, const Known& right);

  Scope& scope_;
  Evaluator& evaluator_;
  Reporter& reporter_;
  std::vector<Local> locals_;
  Facts facts_;
  std::unordered_map<const Symbol*, Symbolic> symbols_;
  SchemaTypes schema_;
  int deep_ = 0;
  int quiet_ = 0;
  Diagnostic dropped_;
};

}  // namespace berth::sema::infer
