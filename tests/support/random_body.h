#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::test {

/// Makes bodies of a kind from its schema: whatever a field of the schema may hold, and nothing else. Same seed, same bodies.
class RandomBody {
 public:
  explicit RandomBody(std::uint64_t seed) : engine_(seed) {}

  /// Leave out what the local target rejects or does not carry out, and what only berth reads.
  bool carried_out_only = false;
  /// Of blocks that exclude each other, take this one.
  std::vector<std::string> chosen;

  /// Whether the local target does something with the row, if only storing it.
  template <class Row>
  static bool is_carried_out(const Row& row) {
    return row.local != ir::schema::Support::rejected && row.local != ir::schema::Support::not_carried_out;
  }

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
      case TypeKind::secret: return secret();
      case TypeKind::record: return record(*type.record);
      case TypeKind::schedule: return ir::Value::map(entry("cron", ir::Value::string("0 2 * * *")));
      case TypeKind::field_path: return ir::Value::list({ir::Value::string("replicas")});
      case TypeKind::selection: return ir::Value::list({ir::Value::string("id-" + std::to_string(below(5)))});
      case TypeKind::target: return ir::Value::quantity(static_cast<std::int64_t>(100 * (1 + below(50))), ir::Unit::basis_points);
      case TypeKind::any: return ir::Value::map(entry("key", ir::Value::string("text-" + std::to_string(below(5)))));
    }
    return {};
  }

  /// A body with every required field and block, and each other one with a chance of `percent`; with `only_sent`, only what stands in the API.
  ir::Value block(const ir::schema::Block& schema, int percent, bool only_sent = false) {
    using ir::schema::LabelKind;
    ir::Map body;
    std::string variant;
    if (schema.label == LabelKind::variant) {
      variant = schema.variants[carried_out_only ? 0 : below(schema.variants.size())];
      body.set(std::string(schema.variant_field), ir::Value::string(variant));
    }
    std::vector<std::string_view> taken;
    for (const ir::schema::Field& field : schema.fields) {
      if (field.name == "raw") {
        if (chance(percent)) set_raw(schema, body);
        continue;
      }
      if (only_sent && field.path.empty()) continue;
      if (carried_out_only && !is_carried_out(field)) continue;
      if (!field.variants.empty() && std::find(field.variants.begin(), field.variants.end(), variant) == field.variants.end()) continue;
      if (!field.required && field.name != "name" && !chance(percent)) continue;
      // Two fields with one place in the API exclude each other.
      const bool clashes = !field.path.empty() && std::find(taken.begin(), taken.end(), field.path) != taken.end();
      if (clashes) continue;
      const bool picky = carried_out_only && !field.local_takes.empty();
      body.set(std::string(field.name), picky ? ir::Value::string(std::string(field.local_takes[below(field.local_takes.size())])) : value(field.type));
      if (field.encoding != ir::schema::Encoding::list_entry) taken.push_back(field.path);
      for (const auto& constant : field.constants) taken.push_back(constant.member);
    }
    std::size_t choice = schema.blocks.empty() ? 0 : below(schema.blocks.size());
    for (std::size_t i = 0; i < schema.blocks.size(); ++i) {
      if (std::find(chosen.begin(), chosen.end(), schema.blocks[i].kind) != chosen.end()) choice = i;
    }
    for (std::size_t i = 0; i < schema.blocks.size(); ++i) {
      const ir::schema::Block& inner = schema.blocks[i];
      if (schema.field(inner.kind) != nullptr || (schema.choice && i != choice) || (only_sent && !stands_in_api(inner))) continue;
      if (carried_out_only && (!is_carried_out(inner) || inner.kind == "lifecycle")) continue;
      if (inner.label != LabelKind::name) {
        if (chance(percent)) body.set(std::string(inner.kind), block(inner, percent, only_sent));
        continue;
      }
      ir::Map named;
      const std::size_t count = std::max(static_cast<std::size_t>(inner.minimum), chance(percent) ? 1 + below(2) : 0);
      for (std::size_t n = 0; n < count && n < static_cast<std::size_t>(inner.maximum); ++n) {
        ir::Value entry_body = block(inner, percent, only_sent);
        if (inner.name_member.empty() && inner.field("port") != nullptr) {  // ECS keeps no label: the port tells them apart
          entry_body.as_map()->set("port", ir::Value::integer(static_cast<std::int64_t>(80 + n)));
        }
        named.set(std::string(1, static_cast<char>('a' + n)), std::move(entry_body));
      }
      if (!named.empty()) body.set(std::string(inner.kind), ir::Value::map(std::move(named)));
    }
    return ir::Value::map(std::move(body));
  }

 private:
  static ir::Map entry(const std::string& key, ir::Value value) {
    ir::Map map;
    map.set(key, std::move(value));
    return map;
  }

  static bool stands_in_api(const ir::schema::Block& block) {
    return !block.path.empty() || std::any_of(block.fields.begin(), block.fields.end(), [](const auto& field) { return !field.path.empty(); });
  }

  ir::Value secret() {
    if (chance(30)) return ir::Value::map(entry("parameter", ir::Value::reference({"parameter", "p" + std::to_string(below(2))})));
    ir::Map map = entry("secret", ir::Value::reference({"secret", "s" + std::to_string(below(2))}));
    for (const char* part : {"key", "version_stage", "version_id"}) {
      if (chance(40)) map.set(part, ir::Value::string("part-" + std::to_string(below(3))));
    }
    return ir::Value::map(std::move(map));
  }

  ir::Value record(const ir::schema::Record& record) {
    ir::Map map;
    for (const ir::schema::Field& field : record.fields) {
      const bool checked_only = field.path.empty();
      if (!checked_only && (field.required || chance(60))) map.set(std::string(field.name), value(field.type));
    }
    return ir::Value::map(std::move(map));
  }

  void set_raw(const ir::schema::Block& schema, ir::Map& body) {
    ir::Map raw;
    for (const ir::schema::RawMember& member : schema.raw_members) {
      const std::string name(member.name);
      if (member.type == "boolean") raw.set(name, ir::Value::boolean(true));
      if (member.type == "string") raw.set(name, ir::Value::string("text-" + std::to_string(below(3))));
      if (member.type == "integer" || member.type == "number") raw.set(name, ir::Value::integer(static_cast<std::int64_t>(1 + below(9))));
      if (member.type == "list") raw.set(name, ir::Value::list({ir::Value::string("text")}));
      if (member.type == "object") raw.set(name, ir::Value::map(entry("key", ir::Value::string("text"))));
    }
    if (!raw.empty()) body.set("raw", ir::Value::map(std::move(raw)));
  }

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
