#include "ir/relabel.h"

#include <algorithm>

namespace berth::ir {
namespace {

using schema::Block;
using schema::LabelKind;

bool same(const Value* a, const Value* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

bool agrees(const Block& block, const Map& a, const Map& b) {
  return std::all_of(block.identity.begin(), block.identity.end(), [&](std::string_view field) { return same(a.find(field), b.find(field)); });
}

/// Whether ECS keeps no label of the block.
bool has_no_label(const Block& block, const Map& body) {
  if (block.identity.empty()) return false;
  if (block.name_member.empty()) return true;
  const Value* unnamed = body.find("unnamed");
  return unnamed != nullptr && unnamed->as_bool() != nullptr && *unnamed->as_bool();
}

void relabel_named(const Block& block, Map& live, const Map& desired) {
  Map renamed;
  for (Map::Entry& named : live) {
    std::string name = named.first;
    Value& entry = named.second;
    if (entry.as_map() != nullptr && has_no_label(block, *entry.as_map())) {
      const auto wanted = std::find_if(desired.begin(), desired.end(), [&](const Map::Entry& candidate) {
        const Map* body = candidate.second.as_map();
        return body != nullptr && has_no_label(block, *body) && agrees(block, *entry.as_map(), *body);
      });
      if (wanted != desired.end()) name = wanted->first;
    }
    renamed.set(name, std::move(entry));
  }
  live = std::move(renamed);
}

}  // namespace

void relabel(const Block& kind, Value& live, const Value& desired) {
  if (live.as_map() == nullptr || desired.as_map() == nullptr) return;
  for (const Block& block : kind.blocks) {
    Value* mine = live.as_map()->find(block.kind);
    const Value* theirs = desired.as_map()->find(block.kind);
    if (mine == nullptr || theirs == nullptr || mine->as_map() == nullptr || theirs->as_map() == nullptr) continue;
    if (block.label != LabelKind::name) {
      relabel(block, *mine, *theirs);
      continue;
    }
    if (!block.identity.empty()) relabel_named(block, *mine->as_map(), *theirs->as_map());
    for (auto& [label, entry] : *mine->as_map()) {
      if (const Value* wanted = theirs->as_map()->find(label)) relabel(block, entry, *wanted);
    }
  }
}

}  // namespace berth::ir
