#pragma once

#include <random>
#include <string>

#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::test {

/// Makes bodies of a kind from its schema: whatever a field of the schema may hold, and nothing else. Same seed, same bodies.
class RandomBody {
 public:
  explicit RandomBody(std::uint64_t seed) : engine_(seed) {}

  /// Below `bound`, which is at least 1.
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  /// A value of the field's type; several calls give different ones where the type has several.
  ir::Value value(const ir::schema::Type& type) {
    using ir::schema::TypeKind;
    switch (type.kind) {
      case TypeKind::boolean: return ir::Value::boolean(chance(50));
      case TypeKind::integer: return ir::Value::integer(number(type));
      case TypeKind::size: return ir::Value::quantity(number(type), ir::Unit::bytes);
      case TypeKind::cpu: return ir::Value::quantity(number(type), ir::Unit::cpu);
      case TypeKind::duration: return ir::Value::quantity(number(type), ir::Unit::milliseconds);
      case TypeKind::percent: return ir::Value::quantity(number(type), ir::Unit::basis_points);
      case TypeKind::string: return ir::Value::string("text-" + std::to_string(below(5)));
      case TypeKind::image: return ir::Value::string("registry.example/app:" + std::to_string(below(5)));
      case TypeKind::literal: return ir::Value::string(std::string(type.literals[below(type.literals.size())]));
      case TypeKind::reference: return ir::Value::reference({std::string(type.target), "r" + std::to_string(below(2))});
      case TypeKind::list: return list(*type.element);
      case TypeKind::map: return map(*type.element);
      case TypeKind::health_command:
        return ir::Value::list({ir::Value::string("CMD-SHELL"), ir::Value::string("check " + std::to_string(below(5)))});
      default: return {};
    }
    return {};
  }

  /// A body with every required field and block, and each other one with a chance of `percent`.
  ir::Value block(const ir::schema::Block& schema, int percent) {
    ir::Map body;
    for (const ir::schema::Field& field : schema.fields) {
      if (field.required || chance(percent)) body.set(std::string(field.name), value(field.type));
    }
    for (const ir::schema::Block& inner : schema.blocks) {
      if (inner.label != ir::schema::LabelKind::name) {
        if (chance(percent)) body.set(std::string(inner.kind), block(inner, percent));
        continue;
      }
      ir::Map named;
      const std::size_t count = std::max(static_cast<std::size_t>(inner.minimum), chance(percent) ? 1 + below(2) : 0);
      for (std::size_t i = 0; i < count; ++i) named.set(std::string(1, static_cast<char>('a' + i)), block(inner, percent));
      if (!named.empty()) body.set(std::string(inner.kind), ir::Value::map(std::move(named)));
    }
    return ir::Value::map(std::move(body));
  }

 private:
  std::int64_t number(const ir::schema::Type& type) {
    const std::int64_t step = type.multiple_of;
    const std::int64_t first = (type.minimum.value_or(0) + step - 1) / step * step;
    std::int64_t choices = 8;
    if (type.maximum) choices = std::min(choices, (*type.maximum - first) / step + 1);
    return first + step * static_cast<std::int64_t>(below(static_cast<std::size_t>(choices)));
  }

  ir::Value list(const ir::schema::Type& element) {
    ir::List items;
    for (std::size_t i = below(3) + 1; i > 0; --i) items.push_back(value(element));
    return ir::Value::list(std::move(items));
  }

  ir::Value map(const ir::schema::Type& element) {
    ir::Map entries;
    for (std::size_t i = below(3) + 1; i > 0; --i) entries.set("k" + std::to_string(below(4)), value(element));
    return ir::Value::map(std::move(entries));
  }

  std::mt19937_64 engine_;
};

}  // namespace berth::test
