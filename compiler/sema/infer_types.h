#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/sema/type.h"

/// Static types: what is certain about a value before it is computed. Where nothing is certain the type is `unknown`, and nothing is reported.
namespace berth::sema::infer {

/// What is known of an expression's value.
struct Known {
  TypePtr type;           ///< never null; kind `unknown` where anything may come. Elements and fields without a known type are of that kind as well.
  bool nullable = false;  ///< it may be null
  bool null = false;      ///< it is null

  Known();
  explicit Known(TypePtr of);
  [[nodiscard]] bool unknown() const { return type->kind == Type::Kind::unknown || type->kind == Type::Kind::any; }
  [[nodiscard]] Type::Kind kind() const { return type->kind; }
  [[nodiscard]] Known not_null() const;
  [[nodiscard]] Known or_null() const;
};

TypePtr unknown_type();
/// `int`, `bool` …: a kind without refinements.
TypePtr plain_type(Type::Kind kind);
Known plain(Type::Kind kind);
Known null_value();
Known list_of(const Known& element);
Known map_of(const Known& element);
Known reference_to(std::string_view kind);
/// What the elements of a list or the values of a map are; a map with known keys counts as well.
Known element_of(const Known& container);
/// The type as an element of another: optional where the value may be null.
TypePtr as_element(const Known& known);

/// What a value of either may be. Different kinds give `unknown`.
Known join(const Known& a, const Known& b);

/// The kind that operators see: texts and ints of literal unions are strings and ints, images are strings.
Type::Kind operand_kind(const Type& type);

/// Why no value of a type is one of another.
enum class Misfit { fits, wrong_kind, no_unit, no_alternative, other_reference };
/// Whether a value of `from` (not null) can be one of `to`. Parts of lists, maps and records are looked at as well; bounds are not.
Misfit misfit(const Type& from, const Type& to);

/// "a size", "an int", "a list of strings": for messages.
std::string phrase(const Known& known);

/// The name that flow typing knows an expression by: `topic`, `size.memory`; "" for everything that is no path of names.
std::string path_of(const ast::Expr& expression);

}  // namespace berth::sema::infer
