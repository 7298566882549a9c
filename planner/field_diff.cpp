#include "planner/field_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace berth::plan {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;
using ir::schema::UpdateClass;

std::string join(const std::string& prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
}

const ir::Map* map_of(const ir::Value* value) { return value == nullptr ? nullptr : value->as_map(); }

const ir::Value* member(const ir::Map* map, std::string_view key) { return map == nullptr ? nullptr : map->find(key); }

bool same(const ir::Value* a, const ir::Value* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

bool is_empty_collection(const ir::Value& value) {
  return (value.as_map() != nullptr && value.as_map()->empty()) || (value.as_list() != nullptr && value.as_list()->empty());
}

/// What changing all of a block does.
UpdateClass strongest(const Block& block) {
  UpdateClass result = UpdateClass::in_place;
  for (const Field& field : block.fields) result = std::max(result, field.update);
  for (const Block& inner : block.blocks) result = std::max(result, strongest(inner));
  return result;
}

/// The keys of both maps, in order, each once.
std::vector<std::string_view> keys_of(const ir::Map* a, const ir::Map* b) {
  std::vector<std::string_view> keys;
  for (const ir::Map* map : {a, b}) {
    if (map == nullptr) continue;
    for (const auto& entry : *map) keys.emplace_back(entry.first);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

class Walk {
 public:
  explicit Walk(const Places& places) : places_(places) {}

  /// Two blocks of one kind; at most one of them is absent. `around` is where the nearest enclosing thing of `after` was written.
  void block(const Block& schema, const ir::Value* before, const ir::Value* after, const std::string& path, Span around) {
    if (after != nullptr && after->origin().span.valid()) around = after->origin().span;
    const ir::Map* old_map = map_of(before);
    const ir::Map* new_map = map_of(after);
    const bool one_sided = before == nullptr || after == nullptr;
    if (schema.label == LabelKind::variant && !one_sided) {
      setting(member(old_map, schema.variant_field), member(new_map, schema.variant_field), join(path, schema.variant_field),
              strongest(schema), around);
    }
    for (const Field& row : schema.fields) {
      const ir::Value* old_value = member(old_map, row.name);
      const ir::Value* new_value = member(new_map, row.name);
      if (one_sided && is_default(row, old_value != nullptr ? old_value : new_value)) continue;
      if (row.name == "raw") {
        raw(schema, map_of(old_value), map_of(new_value), join(path, row.name), row.update, around);
        continue;
      }
      field(row, old_value, new_value, join(path, row.name), around);
    }
    for (const Block& inner : schema.blocks) {
      // What only berth reads is no setting of the resource; what can be written in two ways is compared as the field.
      if (inner.kind == "lifecycle" || schema.field(inner.kind) != nullptr) continue;
      blocks(inner, member(old_map, inner.kind), member(new_map, inner.kind), path, around);
    }
  }

  std::vector<FieldChange> take() {
    std::stable_sort(found_.begin(), found_.end(), [](const FieldChange& a, const FieldChange& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  static bool is_default(const Field& row, const ir::Value* value) {
    if (value == nullptr) return true;
    const ir::Value standard = ir::schema::default_value(row);
    return standard.empty() ? is_empty_collection(*value) : standard == *value;
  }

  /// All blocks of one kind inside a block: one, or several by name.
  void blocks(const Block& schema, const ir::Value* before, const ir::Value* after, const std::string& prefix, Span around) {
    const std::string path = join(prefix, schema.kind);
    if (schema.label != LabelKind::name) return one_block(schema, before, after, path, around);
    if (after != nullptr && after->origin().span.valid()) around = after->origin().span;
    for (const std::string_view label : keys_of(map_of(before), map_of(after))) {
      one_block(schema, member(map_of(before), label), member(map_of(after), label), join(path, label), around);
    }
  }

  /// A block that comes or goes shows its settings; when all of them are defaults, itself.
  void one_block(const Block& schema, const ir::Value* before, const ir::Value* after, const std::string& path, Span around) {
    if (before == nullptr && after == nullptr) return;
    const std::size_t count = found_.size();
    block(schema, before, after, path, around);
    if ((before == nullptr || after == nullptr) && found_.size() == count && !schema.always) {
      setting(before, after, path, strongest(schema), around);
    }
  }

  void field(const Field& row, const ir::Value* before, const ir::Value* after, const std::string& path, Span around) {
    const bool by_key = row.type.kind == ir::schema::TypeKind::map;
    if (!by_key) return setting(before, after, path, row.update, around);
    if (after != nullptr && after->origin().span.valid()) around = after->origin().span;
    for (const std::string_view key : keys_of(map_of(before), map_of(after))) {
      setting(member(map_of(before), key), member(map_of(after), key), join(path, key), row.update, around);
    }
  }

  /// Members of the API by name. One that `raw { }` may not write and that nobody asked for is the service's own.
  void raw(const Block& schema, const ir::Map* before, const ir::Map* after, const std::string& path, UpdateClass update, Span around) {
    for (const std::string_view key : keys_of(before, after)) {
      const ir::Value* wanted = member(after, key);
      if (wanted == nullptr && schema.raw_member(key) == nullptr) continue;
      setting(member(before, key), wanted, join(path, key), update, around);
    }
  }

  void setting(const ir::Value* before, const ir::Value* after, const std::string& path, UpdateClass update, Span around) {
    if (same(before, after)) return;
    FieldChange change{.path = path, .update = update};
    if (before != nullptr) change.before = *before;
    Span span = around;
    if (after != nullptr) {
      change.after = *after;
      if (after->origin().span.valid()) span = after->origin().span;
      if (after->origin().via != nullptr) change.via = *after->origin().via;
    }
    if (const Written* written = places_.written(path); written != nullptr && after != nullptr) {
      change.via = written->via;
      if (written->is_default) change.after.set_origin({.is_default = true});
    }
    change.place = places_.of(span, path);
    found_.push_back(std::move(change));
  }

  const Places& places_;
  std::vector<FieldChange> found_;
};

bool has_derived_name(const ir::Resource& resource) {
  const ir::Value* name = ir::at(resource.body, {"name"});
  return name == nullptr || name->origin().is_default;
}

}  // namespace

std::string Places::of(const Span& span, const std::string& path) const {
  if (sources_ != nullptr && span.valid()) {
    const SourceFile& file = sources_->file(span.source);
    if (file.path().rfind("--", 0) == 0) return file.path();  // a value from the command line: "--var count"
    return fmt::format("{}:{}", file.path(), file.line_column(span.begin).line);
  }
  if (table_ == nullptr) return "";
  for (std::string prefix = path;; prefix.resize(prefix.find_last_of('.') == std::string::npos ? 0 : prefix.find_last_of('.'))) {
    if (const auto found = table_->find(prefix); found != table_->end()) return found->second.place;
    if (prefix.empty()) return "";
  }
}

const Written* Places::written(const std::string& path) const {
  if (table_ == nullptr) return nullptr;
  const auto found = table_->find(path);
  return found == table_->end() ? nullptr : &found->second;
}

std::vector<FieldChange> diff_fields(const Block& kind, const ir::Value* before, const ir::Resource& after, const Places& places) {
  Walk walk(places);
  walk.block(kind, before, &after.body, "", after.origin);
  std::vector<FieldChange> fields = walk.take();
  if (has_derived_name(after)) {
    fields.erase(std::remove_if(fields.begin(), fields.end(), [](const FieldChange& field) { return field.path == "name"; }), fields.end());
  }
  return fields;
}

bool is_tag(const FieldChange& field) { return field.path.rfind("tags.", 0) == 0; }

}  // namespace berth::plan
