#include "ir/schema.h"

#include <algorithm>

namespace berth::ir::schema {
namespace {

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Unit unit_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::size: return Unit::bytes;
    case TypeKind::cpu: return Unit::cpu;
    case TypeKind::duration: return Unit::milliseconds;
    case TypeKind::percent: return Unit::basis_points;
    default: return Unit::none;
  }
}

}  // namespace

const Field* Block::field(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

const Block* Block::block(std::string_view kind_name) const {
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const Block& block) { return block.kind == kind_name; });
  return found == blocks.end() ? nullptr : &*found;
}

bool Block::is_planned(std::string_view word) const { return contains(planned, word); }

const RawMember* Block::raw_member(std::string_view member) const {
  const auto found = std::find_if(raw_members.begin(), raw_members.end(), [&](const RawMember& row) { return row.name == member; });
  return found == raw_members.end() ? nullptr : &*found;
}

const Field* Record::field(std::string_view word) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == word; });
  return found == fields.end() ? nullptr : &*found;
}

const Block* extern_kind(std::string_view kind) {
  for (const Block& block : extern_kinds()) {
    if (block.kind == kind) return &block;
  }
  return nullptr;
}

const Record* record(std::string_view name) {
  for (const Record& record : records()) {
    if (record.name == name) return &record;
  }
  return nullptr;
}

const Block* resource_kind(std::string_view kind) {
  for (const Block& block : resource_kinds()) {
    if (block.kind == kind) return &block;
  }
  return nullptr;
}

bool is_planned_kind(std::string_view word) { return contains(planned_kinds(), word); }

Value default_value(const Field& field) {
  const Origin origin{.span = {}, .is_default = true};
  switch (field.default_kind) {
    case DefaultKind::none: return {};
    case DefaultKind::boolean: return Value::boolean(field.default_number != 0, origin);
    case DefaultKind::number: return Value::quantity(field.default_number, unit_of(field.type.kind), origin);
    case DefaultKind::text: return Value::string(std::string(field.default_text), origin);
  }
  return {};
}

const Field* field_at(const Block& kind, std::span<const std::string> path) {
  const Block* block = &kind;
  for (std::size_t i = 0; i < path.size(); ++i) {
    // A word that is a field and a block (`capacity`) has one form in the IR, the field's.
    if (const Field* field = block->field(path[i])) return field;
    block = block->block(path[i]);
    if (block == nullptr) return nullptr;
    if (block->label == LabelKind::name) ++i;
  }
  return nullptr;
}

}  // namespace berth::ir::schema
