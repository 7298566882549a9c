#include "ir/sensitive.h"

#include <functional>

namespace berth::ir {
namespace {

void each(Value& value, const std::function<void(Value&)>& change) {
  if (value.as_sensitive() != nullptr) return change(value);
  if (List* items = value.as_list()) {
    for (Value& item : *items) each(item, change);
  } else if (Map* map = value.as_map()) {
    for (auto& entry : *map) each(entry.second, change);
  }
}

Value changed(const Value& value, const std::function<void(Value&)>& change) {
  Value copy = value;
  each(copy, change);
  return copy;
}

/// Every text in it becomes sensitive.
void hide(Value& value) {
  if (const std::string* text = value.as_string()) {
    value = Value::sensitive(*text, value.origin());
  } else if (List* items = value.as_list()) {
    for (Value& item : *items) hide(item);
  } else if (Map* map = value.as_map()) {
    for (auto& entry : *map) hide(entry.second);
  }
}

/// Whether settings of this type may have sensitive values: texts that berth only passes on.
bool passes_on(const schema::Field& field) {
  using schema::TypeKind;
  switch (field.type.kind) {
    case TypeKind::string: return field.type.pattern.empty();
    case TypeKind::list:
    case TypeKind::health_command:
    case TypeKind::record:
    case TypeKind::any: return true;
    case TypeKind::map: return field.name != "tags";
    default: return false;
  }
}

void hide_different(Value& live, const Value* wanted) {
  if (wanted != nullptr && *wanted == live) return;
  Map* map = live.as_map();
  if (map == nullptr) return hide(live);
  for (auto& entry : *map) hide_different(entry.second, wanted == nullptr || wanted->as_map() == nullptr ? nullptr : wanted->as_map()->find(entry.first));
}

const Value* member(const Value* value, std::string_view key) {
  const Map* map = value == nullptr ? nullptr : value->as_map();
  return map == nullptr ? nullptr : map->find(key);
}

}  // namespace

Value revealed(const Value& value) {
  return changed(value, [](Value& hidden) { hidden = Value::string(std::string(hidden.as_sensitive()->text->reveal()), hidden.origin()); });
}

Value unmarked(const Value& value) {
  return changed(value, [](Value& hidden) { hidden.as_sensitive()->mark.clear(); });
}

void mark_sensitive(Value& value, std::string_view key) {
  each(value, [&](Value& hidden) {
    Sensitive& text = *hidden.as_sensitive();
    text.mark = text.text->mark(key);
  });
}

void hide_like(Value& live, const Value& wanted) {
  if (!contains_sensitive(wanted)) return;
  Map* map = live.as_map();
  if (wanted.as_map() == nullptr || map == nullptr) return hide(live);
  for (auto& entry : *map) {
    if (const Value* inner = wanted.as_map()->find(entry.first)) hide_like(entry.second, *inner);
  }
}

void hide_unless_wanted(const schema::Block& kind, Value& live, const Value* wanted) {
  Map* body = live.as_map();
  if (body == nullptr) return;
  for (const schema::Field& field : kind.fields) {
    Value* value = passes_on(field) ? body->find(field.name) : nullptr;
    if (value != nullptr) hide_different(*value, member(wanted, field.name));
  }
  for (const schema::Block& inner : kind.blocks) {
    Value* value = body->find(inner.kind);
    const Value* other = member(wanted, inner.kind);
    if (value == nullptr) continue;
    if (inner.label != schema::LabelKind::name) {
      hide_unless_wanted(inner, *value, other);
      continue;
    }
    if (Map* named = value->as_map()) {
      for (auto& entry : *named) hide_unless_wanted(inner, entry.second, member(other, entry.first));
    }
  }
}

}  // namespace berth::ir
