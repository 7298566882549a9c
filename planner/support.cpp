#include "planner/support.h"

#include <fmt/format.h>

#include "planner/field_diff.h"

namespace berth::plan {
namespace {

using ir::schema::Field;
using ir::schema::Support;

std::string_view name_of(Target target) { return target == Target::local ? "the local engine" : "Amazon ECS"; }

std::string sentence(const std::string& subject, const Field& row, std::string_view what, Target target) {
  const std::string text = fmt::format("{}: {} {} it", subject, name_of(target), what);
  return row.support_note.empty() ? text : fmt::format("{} ({})", text, row.support_note);
}

/// The schema row of a path; labels of named blocks stand in it.
const Field* row_of(const ir::schema::Block& kind, const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return ir::schema::field_at(kind, parts);
}

}  // namespace

std::vector<Warning> check_support(const ir::Program& program, const Options& options, DiagnosticSink& sink) {
  std::vector<Warning> warnings;
  const auto check = [&](const std::string& subject, const Field& row, Span span, const std::string& place) {
    const Support support = options.target == Target::local ? row.local : row.aws;
    if (support == Support::stored_only) warnings.push_back({sentence(subject, row, "only stores", options.target), place});
    if (support == Support::rejected) sink.report("E0603", span, sentence(subject, row, "rejects", options.target));
  };
  if (const Field* region = ir::schema::stack_block().field("region"); region != nullptr && !program.region.empty()) {
    check("region", *region, {}, "");
  }
  for (const auto& [address, resource] : program.resources) {
    const ir::schema::Block* kind = ir::schema::resource_kind(address.kind);
    if (kind == nullptr) continue;
    const auto table = options.places.find(address.text());
    const Places places(program.sources.get(), table == options.places.end() ? nullptr : &table->second);
    for (const FieldChange& field : diff_fields(*kind, nullptr, resource, places)) {
      const Field* row = row_of(*kind, field.path);
      if (row != nullptr) check(fmt::format("{} {}", address.text(), field.path), *row, field.after.origin().span, field.place);
    }
  }
  return warnings;
}

}  // namespace berth::plan
