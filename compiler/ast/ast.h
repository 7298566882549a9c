#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/source.h"

/// The syntax tree of one .ecs file: what the user wrote, and where. Names are not resolved, units and types not checked. The tree of a
/// file with syntax errors is whole as well: what could not be read is missing, or is a `Bad` node (and has been reported already).
namespace berth::ast {

struct Expr;
struct TypeExpr;
struct Item;
using ExprPtr = std::unique_ptr<Expr>;
using TypeExprPtr = std::unique_ptr<TypeExpr>;

/// An identifier (or a unit, or a keyword used as a setting's name).
struct Name {
  std::string text;
  Span span;
};

// ---- literals ----------------------------------------------------------------------------------------------------------------------

/// `30` of `30s`, or `30` alone. `digits` may contain one `.`; the `_` between digits are removed.
struct Quantity {
  std::string digits;
  std::optional<Name> unit;  ///< as written: `MiB`, `s`, `%`; unknown units are the type checker's to report
  Span span;
};

/// A number: one quantity, or several written as one (`2h30m`).
struct Number {
  std::vector<Quantity> parts;  ///< never empty
};

/// A piece of a string: text (escapes decoded, indentation of multi-line strings removed), or the expression of a `${ }`.
struct StringPart {
  std::variant<std::string, ExprPtr> value;
  Span span;  ///< of `${ … }` including its brackets

  [[nodiscard]] bool is_text() const { return value.index() == 0; }
};

/// A string in any of its four forms.
struct String {
  std::vector<StringPart> parts;  ///< empty for ""; two texts are never neighbours
  bool raw = false;
  bool multiline = false;
  Span span;  ///< with the quotes

  /// Whether there is no `${ }` in it.
  [[nodiscard]] bool is_literal() const { return parts.empty() || (parts.size() == 1 && parts.front().is_text()); }
  /// The text of a literal string; only for `is_literal()`.
  [[nodiscard]] std::string_view text() const {
    return parts.empty() ? std::string_view{} : std::string_view{std::get<std::string>(parts.front().value)};
  }
};

/// A setting's name, a label or a field's name: an identifier, or a string (which may be computed: `"QUEUE_${name}"`).
struct Key {
  std::variant<Name, String> value;

  [[nodiscard]] bool is_name() const { return value.index() == 0; }
  [[nodiscard]] Span span() const { return is_name() ? std::get<Name>(value).span : std::get<String>(value).span; }
  /// Whether its text is known without evaluating anything.
  [[nodiscard]] bool is_literal() const { return is_name() || std::get<String>(value).is_literal(); }
  /// The text; only for `is_literal()`.
  [[nodiscard]] std::string_view text() const {
    return is_name() ? std::string_view{std::get<Name>(value).text} : std::get<String>(value).text();
  }
};

// ---- expressions -------------------------------------------------------------------------------------------------------------------

enum class UnaryOp { logical_not, negate };
enum class BinaryOp {
  logical_or, logical_and, equal, not_equal, less, less_equal, greater, greater_equal, in, coalesce, range, add, subtract, multiply, divide
};
/// As written: `not`, `-`, `or`, `==`, `??`, `..` …
std::string_view spelling(UnaryOp op);
std::string_view spelling(BinaryOp op);

/// Text that could not be read; a diagnostic has been reported.
struct Bad {};
struct Null {};
struct Bool {
  bool value = false;
};
/// A name in value position.
struct NameRef {
  Name name;
};
/// `x` or `...x` in a list.
struct Element {
  ExprPtr value;
  bool spread = false;
  Span span;
};
struct List {
  std::vector<Element> elements;
};
/// `for first, second in source if condition`; with one name it is the value, with two they are key and value.
struct ForClause {
  Name first;
  std::optional<Name> second;
  ExprPtr source;
  ExprPtr condition;  ///< null without `if`
  Span span;
};
/// `[for … : value]`
struct ListFor {
  ForClause clause;
  ExprPtr value;
};
/// `key = value` or `...value` in an object.
struct Field {
  std::optional<Key> key;  ///< none: a spread
  ExprPtr value;
  Span span;
};
struct Object {
  std::vector<Field> fields;
};
/// `{ for … : key => value }`
struct ObjectFor {
  ForClause clause;
  ExprPtr key;
  ExprPtr value;
};
struct Unary {
  UnaryOp op = UnaryOp::logical_not;
  ExprPtr operand;
};
struct Binary {
  BinaryOp op = BinaryOp::add;
  Span op_span;
  ExprPtr left;
  ExprPtr right;
};
/// `if condition then consequence else alternative`
struct Conditional {
  ExprPtr condition;
  ExprPtr consequence;
  ExprPtr alternative;
};
/// `object.name`; `object?.name` is `optional`.
struct Member {
  ExprPtr object;
  Name name;
  bool optional = false;
};
/// `object[index]`
struct Index {
  ExprPtr object;
  ExprPtr index;
};
/// `value` or `name = value` in a call.
struct Argument {
  std::optional<Name> name;
  ExprPtr value;
  Span span;
};
struct Call {
  ExprPtr callee;
  std::vector<Argument> arguments;
};

/// An expression. Its span includes the parentheses around it, which have no node of their own.
struct Expr {
  using Node = std::variant<Bad, Null, Bool, Number, String, NameRef, List, ListFor, Object, ObjectFor, Unary, Binary, Conditional, Member,
                            Index, Call>;
  Span span;
  Node node;
};

// ---- types -------------------------------------------------------------------------------------------------------------------------

/// One end of a range: `-5`, `512 MiB`.
struct Bound {
  bool negative = false;
  Number value;
  Span span;
};
/// `low..high`; a missing end is open.
struct Range {
  std::optional<Bound> low;
  std::optional<Bound> high;
  Span span;
};
using TypeArgument = std::variant<TypeExprPtr, Range>;
/// `int`, `list(string)`, `cpu(0.25 vCPU..16 vCPU)`, `block(container.env)`
struct NamedType {
  std::vector<Name> path;  ///< one or two names
  std::vector<TypeArgument> arguments;
};
/// A string or a number as a type.
struct LiteralType {
  std::variant<String, Number> value;
};
/// `where condition, message`
struct Where {
  ExprPtr condition;
  std::optional<String> message;
  Span span;
};
struct TypeField {
  Name name;
  TypeExprPtr type;
  ExprPtr default_value;  ///< null without one
  std::vector<Where> wheres;
  Span span;
};
struct RecordType {
  std::vector<TypeField> fields;
};
/// `a | b | c`, at least two.
struct UnionType {
  std::vector<TypeExprPtr> members;
};
struct TypeExpr {
  using Node = std::variant<Bad, NamedType, LiteralType, RecordType, UnionType>;
  Span span;  ///< with the `?` and parentheses
  Node node;
  bool optional = false;  ///< a `?` follows
};

// ---- items -------------------------------------------------------------------------------------------------------------------------

/// `{ item… }`
struct Body {
  std::vector<Item> items;
  Span span;  ///< with the braces
};

/// A setting (`key label… = value`) or a block (`key label… { … }`). Exactly one of `value` and `body` is set.
struct Entry {
  Key key;
  std::vector<Key> labels;
  ExprPtr value;
  std::optional<Body> body;

  [[nodiscard]] bool is_block() const { return body.has_value(); }
};
struct Let {
  Name name;
  TypeExprPtr type;  ///< null: inferred
  ExprPtr value;
};
struct Param {
  Name name;
  TypeExprPtr type;
  ExprPtr default_value;  ///< null: required
  std::vector<Where> wheres;
};
struct FnParam {
  Name name;
  TypeExprPtr type;
  ExprPtr default_value;  ///< null: required
  Span span;
};
struct Fn {
  Name name;
  std::vector<FnParam> params;
  TypeExprPtr result;
  ExprPtr value;
};
struct TypeDecl {
  Name name;
  TypeExprPtr type;
  std::vector<Where> wheres;
};
struct Output {
  Name name;
  TypeExprPtr type;
  ExprPtr value;
};
/// `import "path" as name`
struct Import {
  String path;
  Name alias;
};
struct ImportedName {
  Name name;
  std::optional<Name> alias;
  Span span;
};
/// `from "path" import a, b as c`
struct FromImport {
  String path;
  std::vector<ImportedName> names;
};
struct Assert {
  ExprPtr condition;
  String message;
};
/// `check "title" for variable in source if condition { … }`
struct Check {
  String title;
  Name variable;
  ExprPtr source;
  ExprPtr condition;  ///< null without `if`
  Body body;
};
struct Use {
  ExprPtr value;
};
/// `service.orders`, `cron["billing"]`
struct AddressSegment {
  Name name;
  std::optional<String> index;
  Span span;
};
struct Address {
  std::vector<AddressSegment> segments;
  Span span;
};
/// `moved from -> to`
struct Moved {
  Address from;
  Address to;
};
struct IfBranch {
  ExprPtr condition;
  Body body;
};
/// `if a { } else if b { } else { }`
struct If {
  std::vector<IfBranch> branches;  ///< never empty
  std::optional<Body> otherwise;
};
struct For {
  ForClause clause;
  Body body;
};

struct Item {
  using Node = std::variant<Entry, Let, Param, Fn, TypeDecl, Output, Import, FromImport, Assert, Check, Use, Moved, If, For>;
  Span span;
  Node node;
  std::string doc;  ///< the lines of `##` directly before it, without `##` and one blank, joined by newlines; "" without
};

struct Comment {
  Span span;  ///< from `#` to the end of the line, without the line's end
  bool doc = false;
};

struct File {
  SourceId source = SourceId::none;
  std::vector<Item> items;
  std::vector<Comment> comments;  ///< all of them, in order
};

// ---- helpers for building and taking apart ------------------------------------------------------------------------------------------

template <class Node>
ExprPtr make_expr(Span span, Node node) {
  return std::make_unique<Expr>(Expr{.span = span, .node = std::move(node)});
}

/// The node of kind T, or null when `tree` (an Expr, TypeExpr or Item) is another kind.
template <class T, class Tree>
const T* as(const Tree& tree) {
  return std::get_if<T>(&tree.node);
}

}  // namespace berth::ast
