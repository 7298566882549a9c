#include "compiler/sema/infer_operators.h"

namespace berth::sema::infer {
namespace {

using ast::BinaryOp;
using Kind = Type::Kind;

bool is_amount(Kind kind) { return kind == Kind::size || kind == Kind::cpu || kind == Kind::duration || kind == Kind::percent; }
bool is_number(Kind kind) { return kind == Kind::integer || kind == Kind::decimal; }
/// The kinds whose every value is of one sort; of the others (records of the schema, secrets, images) too little is certain.
bool is_simple(Kind kind) { return is_amount(kind) || is_number(kind) || kind == Kind::boolean || kind == Kind::string; }
bool is_structure(Kind kind) { return kind == Kind::list || kind == Kind::map; }

std::optional<Known> add(Kind a, Kind b) {
  if (is_number(a) && is_number(b)) return plain(a == b ? a : Kind::decimal);
  if (a == b && is_amount(a)) return plain(a);
  return std::nullopt;
}

std::optional<Known> multiply(Kind a, Kind b) {
  if (is_number(a) && is_number(b)) return plain(a == b ? a : Kind::decimal);
  if (a == Kind::percent && b == Kind::integer) return plain(Kind::decimal);
  if (a == Kind::integer && b == Kind::percent) return plain(Kind::decimal);
  if (a == Kind::percent && is_amount(b)) return plain(b);
  if (b == Kind::percent && is_amount(a)) return plain(a);
  if (is_amount(a) && b == Kind::integer) return plain(a);
  if (is_amount(b) && a == Kind::integer) return plain(b);
  return std::nullopt;
}

std::optional<Known> divide(Kind a, Kind b) {
  if (is_number(a) && is_number(b)) return plain(Kind::decimal);
  if (is_amount(a) && a == b) return plain(Kind::decimal);
  if (is_amount(a) && b == Kind::integer) return plain(a);
  return std::nullopt;
}

bool ordered(Kind a, Kind b) { return (is_number(a) && is_number(b)) || (a == b && (is_amount(a) || a == Kind::string)); }

bool comparable(Kind a, Kind b) {
  if (is_simple(a) && is_simple(b)) return a == b || (is_number(a) && is_number(b));
  return !((is_simple(a) && is_structure(b)) || (is_structure(a) && is_simple(b)));
}

bool may_hold(Kind item, Kind holder) {
  if (holder == Kind::map || holder == Kind::record) return !(is_simple(item) && item != Kind::string) && !is_structure(item);
  return !is_simple(holder);
}

}  // namespace

std::optional<Known> operator_result(BinaryOp op, const Known& left, const Known& right) {
  const Kind a = operand_kind(*left.type);
  const Kind b = operand_kind(*right.type);
  const bool unsure = a == Kind::unknown || b == Kind::unknown || a == Kind::any || b == Kind::any;
  const auto truth = [](bool possible) { return possible ? std::optional<Known>(plain(Kind::boolean)) : std::nullopt; };
  switch (op) {
    case BinaryOp::equal:
    case BinaryOp::not_equal: return truth(unsure || left.null || right.null || comparable(a, b));
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal: return truth(unsure || ordered(a, b));
    case BinaryOp::in: return truth(b == Kind::unknown || b == Kind::any || (a == Kind::unknown && !is_simple(b)) || may_hold(a, b));
    case BinaryOp::range: {
      const bool possible = (a == Kind::integer || a == Kind::unknown || a == Kind::any) && (b == Kind::integer || b == Kind::unknown || b == Kind::any);
      return possible ? std::optional<Known>(list_of(plain(Kind::integer))) : std::nullopt;
    }
    case BinaryOp::add:
    case BinaryOp::subtract: return unsure ? Known() : add(a, b);
    case BinaryOp::multiply: return unsure ? Known() : multiply(a, b);
    case BinaryOp::divide: return unsure ? Known() : divide(a, b);
    default: return Known();
  }
}

std::optional<Known> operator_result(ast::UnaryOp op, const Known& operand) {
  const Kind kind = operand_kind(*operand.type);
  if (op == ast::UnaryOp::logical_not) {
    if (kind == Kind::boolean || kind == Kind::unknown || kind == Kind::any) return plain(Kind::boolean);
    return std::nullopt;
  }
  if (kind == Kind::unknown || kind == Kind::any) return Known();
  if (is_number(kind) || kind == Kind::percent) return plain(kind);
  return std::nullopt;
}

}  // namespace berth::sema::infer
