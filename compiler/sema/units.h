#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/ast/ast.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// A unit of the language and how many base units (bytes, CPU units, milliseconds, basis points) `numerator`/`denominator` of it is.
struct UnitRow {
  std::string_view text;
  ir::Unit unit;
  std::int64_t numerator;
  std::int64_t denominator;
};

/// Every unit, exactly as it is written.
std::span<const UnitRow> unit_rows();
const UnitRow* find_unit(std::string_view text);

/// The value of a number as written: int, decimal or quantity, exact. Unknown units (E0106), amounts that are no whole number of base units
/// (E0107), badly joined parts (E0114) and numbers beyond 64 bits (E0122) are reported; the result is poison then.
Value evaluate_number(const ast::Number& number, Span span, Reporter& reporter);

/// What a bare number most likely means where `unit` is due, as ECS counts it (MiB, CPU units, seconds, percent); nothing when it overflows.
std::optional<ir::Quantity> in_ecs_unit(std::int64_t number, ir::Unit unit);

/// "bytes", "CPU units", "milliseconds", "hundredths of a percent".
std::string_view base_unit_words(ir::Unit unit);

}  // namespace berth::sema
