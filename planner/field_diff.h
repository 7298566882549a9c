#pragma once

#include <string>
#include <vector>

#include "planner/plan.h"

namespace berth::plan {

/// Says where a value was written: from the program's sources, or from a table of places for a program that was read from a file.
class Places {
 public:
  Places(const SourceSet* sources, const WrittenTable* table) : sources_(sources), table_(table) {}
  /// "shop.ecs:14" for a span; else what the table says about `path` or the nearest path around it; else "".
  [[nodiscard]] std::string of(const Span& span, const std::string& path) const;
  /// What the table says about `path` itself; null when nothing, and for a program with sources.
  [[nodiscard]] const Written* written(const std::string& path) const;

 private:
  const SourceSet* sources_;
  const WrittenTable* table_;
};

/// Settings in which two canonical bodies of one kind differ, sorted by path. Without `before`, what `after` sets beyond the defaults; without
/// `after`, nothing. A name that is derived in `after` is not compared: the identity of a resource is its address, and a derived name counts only
/// at creation. Settings of `after` that are the default of a block that `before` does not have are left out.
std::vector<FieldChange> diff_fields(const ir::schema::Block& kind, const ir::Value* before, const ir::Resource& after, const Places& places);

/// Whether the setting is a tag: "tags.owner".
bool is_tag(const FieldChange& field);

}  // namespace berth::plan
