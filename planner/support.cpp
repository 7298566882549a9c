#include "planner/support.h"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "planner/field_diff.h"

namespace berth::plan {
namespace {

using ir::schema::Field;
using ir::schema::Support;

std::string_view name_of(Target target) { return target == Target::local ? "the local engine" : "Amazon ECS"; }

std::string sentence(const std::string& subject, std::string_view note, std::string_view what, Target target) {
  const std::string text = fmt::format("{}: {} {} it", subject, name_of(target), what);
  return note.empty() ? text : fmt::format("{} ({})", text, note);
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// What the schema says of a path's carrying out: of its field, or, where that is honoured, of the nearest block around it that is not.
struct Carrying {
  Support support = Support::honoured;
  std::string_view note;
  const void* row = nullptr;  ///< which row says it
  std::span<const std::string_view> takes;  ///< of a field: the literals that the target takes; empty = all
};

template <class Row>
Carrying carrying(const Row& row, Target target) {
  return {target == Target::local ? row.local : row.aws, row.support_note, &row, {}};
}

/// Whether the target takes the literal at all.
bool takes(const Carrying& row, const ir::Value& value) {
  if (row.takes.empty() || value.as_string() == nullptr) return true;
  return std::find(row.takes.begin(), row.takes.end(), *value.as_string()) != row.takes.end();
}

Carrying carrying_of(const ir::schema::Block& kind, const std::string& path, Target target) {
  Carrying found;
  const ir::schema::Block* block = &kind;
  const std::vector<std::string> parts = parts_of(path);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const Field* field = block->field(parts[i])) {
      const Carrying own = carrying(*field, target);
      if (own.support != Support::honoured) return own;
      if (target == Target::local && !field->local_takes.empty()) return {Support::honoured, field->support_note, field, field->local_takes};
      return found;
    }
    block = block->block(parts[i]);
    if (block == nullptr) return found;
    if (const Carrying own = carrying(*block, target); own.support != Support::honoured) found = own;
    if (block->label == ir::schema::LabelKind::name) ++i;
  }
  return found;
}

/// A warning for each row of the schema, however often it is met.
class Summary {
 public:
  void add(const Carrying& row, const std::string& subject, const std::string& place, Target target) {
    const auto [known, is_new] = index_.emplace(row.row, items_.size());
    if (is_new) items_.push_back({.subject = subject, .row = row, .place = place, .more = 0, .target = target});
    else ++items_[known->second].more;
  }

  [[nodiscard]] std::vector<Warning> warnings() const {
    std::vector<Warning> all;
    for (const Item& item : items_) {
      const std::string subject = item.more == 0 ? item.subject : fmt::format("{} and {} more", item.subject, item.more);
      all.push_back({sentence(subject, item.row.note, "only stores", item.target), item.place});
    }
    return all;
  }

 private:
  struct Item {
    std::string subject;
    Carrying row;
    std::string place;
    std::size_t more = 0;
    Target target = Target::local;
  };
  std::vector<Item> items_;
  std::map<const void*, std::size_t> index_;
};

}  // namespace

std::vector<Warning> check_support(const ir::Program& program, const Options& options, DiagnosticSink& sink) {
  Summary summary;
  const auto check = [&](const std::string& subject, const Carrying& row, const ir::Value& value, Span span, const std::string& place) {
    if (row.support == Support::stored_only) summary.add(row, subject, place, options.target);
    if (row.support == Support::rejected || !takes(row, value)) sink.report("E0603", span, sentence(subject, row.note, "rejects", options.target));
  };
  if (const Field* region = ir::schema::stack_block().field("region"); region != nullptr && !program.region.empty()) {
    check("region", carrying(*region, options.target), ir::Value(), {}, "");
  }
  for (const auto& [address, resource] : program.resources) {
    const ir::schema::Block* kind = ir::schema::resource_kind(address.kind);
    if (kind == nullptr) continue;
    const auto table = options.places.find(address.text());
    const Places places(program.sources.get(), table == options.places.end() ? nullptr : &table->second);
    for (const FieldChange& field : diff_fields(*kind, nullptr, resource, places)) {
      check(fmt::format("{} {}", address.text(), field.path), carrying_of(*kind, field.path, options.target), field.after, field.after.origin().span, field.place);
    }
  }
  return summary.warnings();
}

}  // namespace berth::plan
