#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/lock.h"
#include "compiler/sema/budget.h"
#include "compiler/sema/builtins.h"
#include "compiler/sema/conform.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// A value that came through a name says so, unless it came through another one before.
Value through(Value value, const std::string* name);

/// A bare name of a block nearby where a function takes one: `firelens(log_router, …)`.
struct BareName {
  std::string_view kind;
  std::string text;
  Span span;
};

/// Reads what belongs to resources, blocks and instances of components.
class ResourceReader {
 public:
  virtual ~ResourceReader() = default;
  /// `object.name`, where `object` is a reference or a block. Poison after a mistake that is reported.
  virtual Value member(const Value& object, const ast::Name& name, Span object_span) = 0;
  /// What is in a block, as a map.
  virtual Value elements(const BlockHandle& block, Span span) = 0;
};

/// Turns expressions into values, each top-level name once and on demand. Mistakes are reported where the user wrote them; their value is poison.
class Evaluator final : public TypeEvaluator {
 public:
  Evaluator(Scope& scope, Reporter& reporter, Budget& budget) : scope_(scope), reporter_(reporter), budget_(budget) {}

  Value evaluate(const ast::Expr& expression, const FramePtr& frame);
  /// The same, as a value of `type`.
  Value evaluate_as(const ast::Expr& expression, const Type& type, Place place, const FramePtr& frame);
  /// The same for a setting, where null means that it is not set and passes.
  Value evaluate_setting(const ast::Expr& expression, const Type& type, Place place, const FramePtr& frame);
  /// The value of a condition; nothing when it has none (reported). What is done with it must show only when something is wrong, as an assertion does.
  std::optional<bool> condition(const ast::Expr& expression, const FramePtr& frame);
  /// The condition of an `if` around settings and blocks: E0311 when it is sensitive.
  std::optional<bool> shaping_condition(const ast::Expr& expression, const FramePtr& frame);
  /// The text of a string, a key or a label; nothing when it has none (reported).
  std::optional<std::string> text_of(const ast::String& string, const FramePtr& frame);
  std::optional<std::string> text_of(const ast::Key& key, const FramePtr& frame);
  /// Calls `body` with a frame for each turn of the loop, in order (maps by key). The loop of a `for` around settings and blocks: E0311 when the number of turns is sensitive.
  void for_each(const ast::ForClause& clause, const FramePtr& frame, const std::function<void(const FramePtr&)>& body);
  /// A frame with the `let`s among the items.
  FramePtr with_lets(const std::vector<ast::Item>& items, const FramePtr& frame);
  /// The same, evaluated when something asks for them. Each sees those above it.
  FramePtr with_lazy_lets(const std::vector<ast::Item>& items, const FramePtr& frame);
  /// The value of a local name, or null.
  const Value* local(const ast::Name& name, const FramePtr& frame);
  /// Calls `body` with the branch that is taken, if one is.
  void branches(const ast::If& choice, const FramePtr& frame, const std::function<void(const ast::Body&)>& body);
  /// E0130 when the condition of an assertion does not hold: at `call`, the call of the component that asserts it, if there is one.
  void assert_holds(const ast::Assert& assertion, const FramePtr& frame, Span call);
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
  /// The names among them that were given on the command line.
  std::set<std::string> from_outside;
  /// What the reserved names `stack` and `environment` stand for.
  Map reserved;
  std::set<Span> plain;
  std::set<Span> floating;
  /// What berth.lock pins, for digests of images; null: nothing.
  const Lock* lock = nullptr;
  /// Names of blocks that the last expression used: for whoever knows the blocks.
  std::vector<BareName> bare_names;
  /// Externs that were written in place (`extern_topic("alerts")`), by address: the text and where it stands.
  std::map<ir::Address, Value> inline_externs;
  /// What functions read, and what they leave behind.
  BuiltinHost host;
  /// Null: nothing can be read.
  ResourceReader* reader = nullptr;
  /// How often a value was read that the loop, component or `let` around a text hands to it. What reads none is the same in every turn.
  std::uint64_t local_reads = 0;

  SchemaTypes& schema_types() { return schema_types_; }
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
  bool can_walk(const Value& value, Span span);
  Value element(const ast::Index& node, const Value& object, const Value& key, bool missing_is_null);
  /// for_each for expressions; `sensitive` hears of each place because of which the number of turns is sensitive.
  void turns(const ast::ForClause& clause, const FramePtr& frame, const std::function<void(const FramePtr&)>& body,
             const std::function<void(Span)>& sensitive);
  /// A condition and whether it is sensitive.
  struct Decision {
    bool holds = false;
    bool sensitive = false;
  };
  std::optional<Decision> decide(const ast::Expr& expression, const FramePtr& frame);
  Value call(const ast::Call& node, Span span, const FramePtr& frame);
  Value call_member(const ast::Member& callee, const ast::Call& node, Span span, const FramePtr& frame);
  Value call_builtin(const ast::Name& name, const ast::Call& node, Span span, const FramePtr& frame);
  Value call_function(Symbol& symbol, const ast::Call& node, Span span, const FramePtr& frame);
  Value inline_extern(const ir::schema::Block& kind, const ast::Call& node, Span span, const FramePtr& frame);
  Value secret_key(const ir::Reference& secret, const ast::Call& node, Span span, const FramePtr& frame);
  Value has_container(const Value& object, const ast::Call& node, Span object_span, const FramePtr& frame);
  Value module_member(const Symbol& module, const ast::Name& name);

  Value parameter(Symbol& symbol);
  Value let(Symbol& symbol);
  Value cycle(const Symbol& symbol, Span use);
  Value not_text(const Value& value, Span span);
  std::string text_for_string(const Value& value, Span span, bool& good);

  TypePtr named_type(const ast::TypeExpr& type, const ast::NamedType& node);
  TypePtr qualified_type(const ast::TypeExpr& type, const ast::NamedType& node);
  TypePtr sensitive_type(const ast::TypeExpr& type, const ast::NamedType& node);
  TypePtr literal_type(const ast::TypeExpr& type, const ast::LiteralType& node);
  TypePtr alias(const ast::TypeExpr& type, const ast::NamedType& node, const ast::TypeDecl& declaration);
  TypePtr union_type(const ast::UnionType& node);
  TypePtr record_type(const ast::RecordType& node);
  TypePtr unknown_type_name(const ast::Name& name);
  bool apply_argument(const ast::TypeArgument& argument, std::string_view name, Type& type);
  std::optional<std::int64_t> bound(const ast::Bound& bound, Type::Kind kind);

  Scope& scope_;
  SchemaTypes schema_types_;
  Reporter& reporter_;
  Budget& budget_;
  int depth_ = 0;
  std::vector<std::pair<const Symbol*, Span>> running_;  ///< lets and parameters under evaluation, with the use that asked
  std::vector<const ast::TypeDecl*> running_types_;
  std::unordered_map<const ast::TypeExpr*, TypePtr> types_;
};

}  // namespace berth::sema
