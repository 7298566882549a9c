#include "planner/partial.h"

#include <algorithm>

#include "ir/capacity.h"
#include "planner/field_diff.h"

namespace berth::plan {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;
using ir::schema::Support;

std::string below(const std::string& path, std::string_view name) { return path.empty() ? std::string(name) : path + "." + std::string(name); }

class Remover {
 public:
  Remover(const Places& places, const ir::Address& address, Target target, std::vector<NotCarriedOut>& found)
      : places_(places), address_(address), target_(target), found_(found) {}

  void block(const Block& schema, ir::Value& body, const std::string& path) {
    ir::Map* map = body.as_map();
    if (map == nullptr) return;
    for (const Field& field : schema.fields) {
      const ir::Value* value = map->find(field.name);
      if (value == nullptr || support(field) != Support::not_carried_out) continue;
      add(below(path, field.name), field.support_note, value->origin().span);
      map->erase(field.name);
    }
    for (const Block& inner : schema.blocks) {
      if (schema.field(inner.kind) == nullptr) child(inner, *map, below(path, inner.kind));
    }
    if (schema.label == LabelKind::variant) variant(schema, *map, path);
  }

 private:
  template <class Row>
  [[nodiscard]] Support support(const Row& row) const {
    return target_ == Target::local ? row.local : row.aws;
  }

  void child(const Block& schema, ir::Map& body, const std::string& path) {
    ir::Value* value = body.find(schema.kind);
    if (value == nullptr) return;
    const bool out = support(schema) == Support::not_carried_out;
    if (schema.label != LabelKind::name || value->as_map() == nullptr) {
      if (!out) return block(schema, *value, path);
      add(path, schema.support_note, value->origin().span);
    } else {
      for (auto& [label, entry] : *value->as_map()) {
        if (!out) block(schema, entry, below(path, label));
        if (out) add(below(path, label), schema.support_note, entry.origin().span);
      }
    }
    if (out) body.erase(schema.kind);
  }

  /// The local engine knows the first way of each choice.
  void variant(const Block& schema, ir::Map& body, const std::string& path) {
    const ir::Value* value = body.find(schema.variant_field);
    if (target_ != Target::local || value == nullptr || value->as_string() == nullptr || *value->as_string() == schema.variants.front()) return;
    const std::string first(schema.variants.front());
    add(below(path, schema.variant_field), "it is `" + first + "` here", value->origin().span);
    body.set(std::string(schema.variant_field), ir::Value::string(first, {.span = value->origin().span, .is_default = true}));
  }

  void add(const std::string& path, std::string_view note, Span span) {
    found_.push_back({.address = address_, .path = path, .note = std::string(note), .place = places_.of(span, path)});
  }

  const Places& places_;
  const ir::Address& address_;
  Target target_;
  std::vector<NotCarriedOut>& found_;
};

/// Whether the local engine has it: Fargate, and groups of a cluster of the program. It makes no instances, and knows no capacity of others.
bool is_local_capacity(const ir::Program& program, const ir::Value& share) {
  const ir::Value* provider = ir::at(share, {"provider"});
  const auto target = provider == nullptr || provider->as_reference() == nullptr ? std::nullopt : ir::capacity_target(provider->as_reference()->target);
  if (!target) return false;
  if (ir::fargate_provider(target->label)) return true;
  const auto cluster = program.resources.find(target->cluster);
  return cluster != program.resources.end() && ir::at(cluster->second.body, {"capacity", "asg", target->label}) != nullptr;
}

/// A service whose capacity is not all there runs as one that names none.
void take_out_capacity(const ir::Program& program, ir::Resource& service, const Places& places, std::vector<NotCarriedOut>& found) {
  const ir::Value* capacity = ir::at(service.body, {"capacity"});
  const ir::List* shares = capacity == nullptr ? nullptr : capacity->as_list();
  if (shares == nullptr) return;
  const bool all = std::all_of(shares->begin(), shares->end(), [&](const ir::Value& share) { return is_local_capacity(program, share); });
  if (all) return;
  found.push_back({.address = service.address, .path = "capacity", .note = "not there: its tasks run on this machine", .place = places.of(capacity->origin().span, "capacity")});
  service.body.as_map()->erase("capacity");
}

}  // namespace

std::vector<NotCarriedOut> take_out(ir::Program& program, const Options& options) {
  std::vector<NotCarriedOut> found = options.not_carried_out;
  for (auto entry = program.resources.begin(); entry != program.resources.end();) {
    auto& [address, resource] = *entry;
    const Block* kind = ir::schema::resource_kind(address.kind);
    const auto table = options.places.find(address.text());
    const Places places(program.sources.get(), table == options.places.end() ? nullptr : &table->second);
    if (kind != nullptr && (options.target == Target::local ? kind->local : kind->aws) == Support::not_carried_out) {
      found.push_back({.address = address, .path = "", .note = std::string(kind->support_note), .place = places.of(resource.origin, "")});
      entry = program.resources.erase(entry);
      continue;
    }
    if (kind != nullptr) Remover(places, address, options.target, found).block(*kind, resource.body, "");
    if (const ir::Value* capacity = ir::at(resource.body, {"capacity"}); address.kind == "cluster" && capacity != nullptr && capacity->as_map() != nullptr && capacity->as_map()->empty()) {
      resource.body.as_map()->erase("capacity");
    }
    if (options.target == Target::local && address.kind == "service") take_out_capacity(program, resource, places, found);
    ++entry;
  }
  return found;
}

}  // namespace berth::plan
