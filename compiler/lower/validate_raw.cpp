#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/lower/validate.h"
#include "ir/schema.h"

namespace berth::lower {
namespace {

using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('.')); }

/// The word of the language that writes the member; "" when it has none.
std::string word_for(const Block& block, std::string_view member) {
  for (const Field& field : block.fields) {
    if (!field.path.empty() && first_part(field.path) == member) return std::string(field.name);
  }
  for (const Block& inner : block.blocks) {
    if (!inner.path.empty() && first_part(inner.path) == member) return std::string(inner.kind);
  }
  if (member == block.name_member && !member.empty()) return "the label";
  if (member == block.variant_path && !member.empty()) return std::string(block.kind);
  return "";
}

/// What a value is in the API.
std::string_view api_type(const ir::Value& value) {
  if (value.as_bool() != nullptr) return "boolean";
  if (value.as_string() != nullptr) return "string";
  if (value.as_list() != nullptr) return "list";
  if (value.as_map() != nullptr) return "object";
  return value.as_quantity() != nullptr ? "integer" : "";
}

std::string_view type_words(std::string_view type) {
  if (type == "boolean") return "`true` or `false`";
  if (type == "string") return "a text";
  if (type == "list") return "a list";
  return type == "object" ? "an object" : "a number";
}

/// What AWS has taken back.
std::string_view withdrawn(std::string_view block, std::string_view member) {
  return block == "task" && member == "inferenceAccelerators" ? "accelerators of Elastic Inference were withdrawn in April 2023" : "";
}

class RawRules {
 public:
  RawRules(const ir::Resource& resource, const Exemptions& exemptions, sema::Reporter& reporter)
      : resource_(resource), exemptions_(exemptions), reporter_(reporter) {}

  void check(const Block& block, const ir::Value& body) {
    const ir::Map* map = body.as_map();
    if (map == nullptr) return;
    if (const ir::Value* raw = map->find("raw"); raw != nullptr && raw->as_map() != nullptr) {
      for (const auto& [member, value] : *raw->as_map()) this->member(block, member, value);
    }
    for (const Block& inner : block.blocks) {
      const ir::Value* value = map->find(inner.kind);
      if (value == nullptr || value->as_map() == nullptr) continue;
      if (inner.label != LabelKind::name) {
        check(inner, *value);
        continue;
      }
      for (const auto& [label, entry] : *value->as_map()) check(inner, entry);
    }
  }

 private:
  void member(const Block& block, const std::string& member, const ir::Value& value) {
    const Span span = place_of(&value, resource_.origin);
    if (const std::string word = word_for(block, member); !word.empty()) {
      reporter_.report("E0317", span, fmt::format("`{}` cannot be changed by `raw`: the language has it", member), "ECS would be told twice")
          .help(word == "the label" ? std::string("it is the label of the block") : fmt::format("set `{}`", word));
      return;
    }
    if (const ir::schema::RawMember* row = block.raw_member(member)) {
      const std::string_view given = api_type(value);
      if (given.empty() || given == row->type) return;  // a reference or a secret is known later
      reporter_.report("E0105", span, fmt::format("`{}` is {} in ECS, not {}", member, type_words(row->type), ir::spell(value)), "of another type").help(fmt::format("write {}", type_words(row->type)));
      return;
    }
    if (const std::string_view why = withdrawn(block.kind, member); !why.empty()) {
      reporter_.report("E0328", span, fmt::format("ECS takes no `{}` any more", member), "withdrawn").note(std::string(why)).help("remove it; a GPU is asked for with `gpu = 1` in a container");
      return;
    }
    if (exemptions_.unchecked.contains(value.origin().span)) {
      reporter_.report("W0508", span, fmt::format("`{}` is sent as it is: this version of berth does not know it", member), "not checked");
      return;
    }
    std::vector<std::string> names;
    for (const auto& row : block.raw_members) names.emplace_back(row.name);
    Diagnostic& diagnostic = reporter_.report("E0328", span, fmt::format("a {} has no member `{}` in ECS", block.kind, member), "unknown to this version of berth");
    if (const auto meant = suggest(member, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    else if (!names.empty()) diagnostic.note(fmt::format("`raw` can write here: `{}`", fmt::join(names, "`, `")));
    diagnostic.help("a member that is newer than this version: `raw unchecked { … }`");
  }

  const ir::Resource& resource_;
  const Exemptions& exemptions_;
  sema::Reporter& reporter_;
};

}  // namespace

void validate_raw(const ir::Resource& resource, const Exemptions& exemptions, sema::Reporter& reporter) {
  const Block* kind = ir::schema::resource_kind(resource.address.kind);
  if (kind != nullptr) RawRules(resource, exemptions, reporter).check(*kind, resource.body);
}

}  // namespace berth::lower
