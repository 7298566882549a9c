#include "compiler/sema/blocks.h"

#include <algorithm>

namespace berth::sema {
namespace {

using ir::schema::Block;

const Block* find_inside(std::string_view kind, std::span<const Block> blocks, const Block** outer) {
  for (const Block& block : blocks) {
    if (const Block* inner = block.block(kind)) {
      *outer = &block;
      return inner;
    }
    if (const Block* found = find_inside(kind, block.blocks, outer)) return found;
  }
  return nullptr;
}

}  // namespace

Setting* Node::setting(std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& known) { return known.field->name == name; });
  return found == settings.end() ? nullptr : &*found;
}

Node* Node::block(std::string_view kind, std::string_view block_label) {
  for (const auto& inner : blocks) {
    if (inner->schema->kind == kind && inner->label == block_label) return inner.get();
  }
  return nullptr;
}

std::optional<BlockKind> find_block_kind(std::string_view first, std::string_view second) {
  BlockKind found;
  found.block = ir::schema::resource_kind(first);
  if (found.block == nullptr) found.block = find_inside(first, ir::schema::resource_kinds(), &found.outer);
  if (found.block == nullptr) return std::nullopt;
  if (second.empty()) return found;
  found.outer = found.block;
  found.block = found.outer->block(second);
  if (found.block != nullptr) return found;
  found.field = found.outer->field(second);
  if (found.field == nullptr || !found.field->block_form) return std::nullopt;
  return found;
}

std::vector<std::string> words_of(const Block& block) {
  std::vector<std::string> words;
  for (const ir::schema::Field& field : block.fields) words.emplace_back(field.name);
  for (const Block& inner : block.blocks) {
    if (block.field(inner.kind) == nullptr) words.emplace_back(inner.kind);  // some words are both
  }
  return words;
}

}  // namespace berth::sema
