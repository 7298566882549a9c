#include <algorithm>

#include "ir/ecs_form.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Canonical;
using schema::Field;
using schema::LabelKind;

bool is_empty_collection(const Value& value) {
  if (const List* items = value.as_list()) return items->empty();
  if (const Map* map = value.as_map()) return map->empty();
  return value.empty();
}

/// Sorted by spelling, each once: only for lists whose order means nothing.
void sort_set(Value& value) {
  List* items = value.as_list();
  if (items == nullptr) return;
  const auto less = [](const Value& a, const Value& b) { return spell(a) < spell(b); };
  std::sort(items->begin(), items->end(), less);
  items->erase(std::unique(items->begin(), items->end()), items->end());
}

void canonicalize_field(const Field& field, Map& body) {
  Value* value = body.find(field.name);
  if (value == nullptr) {
    Value fallback = schema::default_value(field);
    if (!fallback.empty()) body.set(std::string(field.name), std::move(fallback));
    return;
  }
  if (is_empty_collection(*value)) {  // ECS cannot tell an empty collection from an absent one
    body.erase(field.name);
    return;
  }
  if (field.canonical == Canonical::set) sort_set(*value);
}

void canonicalize_child(const Block& child, Map& body) {
  Value* value = body.find(child.kind);
  if (value == nullptr) {
    if (!child.always) return;
    value = &body.set(std::string(child.kind), Value::map({}, {.is_default = true}));
  }
  if (child.label != LabelKind::name) return canonicalize(child, *value);
  Map* named = value->as_map();
  if (named == nullptr) return;
  for (auto& [name, entry] : *named) canonicalize(child, entry);
  if (named->empty()) body.erase(child.kind);
}

/// With the host's network a port is the host's port (ECS fills `hostPort` in).
void fill_host_ports(Map& task) {
  const Value* mode = task.find("network_mode");
  Value* containers = task.find("container");
  if (mode == nullptr || containers == nullptr || mode->as_string() == nullptr || *mode->as_string() != "host") return;
  for (auto& [container_name, container] : *containers->as_map()) {
    Value* ports = container.as_map()->find("port");
    if (ports == nullptr) continue;
    for (auto& [port_name, port] : *ports->as_map()) {
      const Value* number = port.as_map()->find("number");
      if (number != nullptr) port.as_map()->set("host", Value(number->data(), {.is_default = true}));
    }
  }
}

}  // namespace

void canonicalize(const Block& kind, Value& body) {
  Map* map = body.as_map();
  if (map == nullptr) return;
  for (const Field& field : kind.fields) canonicalize_field(field, *map);
  for (const Block& child : kind.blocks) canonicalize_child(child, *map);
  if (kind.kind == "task") fill_host_ports(*map);
  if (kind.label == LabelKind::variant && map->find(kind.variant_field) == nullptr) {
    map->set(std::string(kind.variant_field), Value::string(std::string(kind.variants.front()), {.is_default = true}));
  }
}

}  // namespace berth::ir
