#include "compiler/export/marks.h"

#include <fmt/format.h>

#include "compiler/export/capacity.h"
#include "compiler/export/losses.h"
#include "ir/externs.h"

namespace berth::exporting {

Spelling Marks::spelling() {
  return {.reference = [this](const ir::Address& target) { return reference(target); },
          .sensitive = [this](const ir::Address& owner, const std::string& setting, const ir::Value& value) { return sensitive(owner, setting, value); },
          .arn = [this](const ir::Address& target) { return named("arn", target); },
          .name = [this](const ir::Address& target) { return named("name", target); },
          .input =
              [this](const std::string& key, const std::string& what) {
                inputs_[key] = what;
                return tokens_.mark("input " + key);
              }};
}

std::string Marks::named(const char* what, const ir::Address& target) {
  if (program_.resources.contains(target)) return tokens_.mark(fmt::format("{} {}", what, target.text()));
  if (what == std::string_view("arn")) return reference(target);
  const std::string text = ir::api_text(program_.externs.at(target), program_);
  return text.substr(text.rfind('/') + 1);
}

Marks::Meaning Marks::meaning(std::string_view mark) {
  const std::size_t blank = mark.find(' ');
  return {.what = std::string(mark.substr(0, blank)), .subject = std::string(mark.substr(blank + 1))};
}

std::string Marks::reference(const ir::Address& target) {
  if (program_.resources.contains(target)) return resource(target);
  const auto external = program_.externs.find(target);
  if (external != program_.externs.end()) {
    if (target.kind == "network") return network(external->second);
    return is_text_known(external->second) ? ir::api_text(external->second, program_) : tokens_.mark("extern " + target.text());
  }
  const auto capacity = capacity_name(target, program_);
  if (!capacity) return target.name;
  return is_fargate(*capacity) ? *capacity : resource(target);
}

std::string Marks::network(const ir::Resource& external) {
  Json json = Json::parse(ir::api_text(external, program_), nullptr, false);
  for (const auto& [setting, member] : {std::pair("subnets", "subnets"), std::pair("security_groups", "securityGroups")}) {
    const ir::Value* choice = ir::at(external.body, {setting});
    const bool has_names = member == std::string_view("securityGroups") && !group_names(external).empty();
    if (choice != nullptr && (choice->as_map() != nullptr || has_names)) json[member] = tokens_.mark(fmt::format("{} {}", setting, external.address.text()));
  }
  return canonical_json(json);
}

std::string Marks::sensitive(const ir::Address& owner, const std::string& setting, const ir::Value& value) {
  if (options_.reveal) return std::string(value.as_sensitive()->text->reveal());
  return tokens_.mark("sensitive " + secrets_.of(owner, setting, value).setting);
}

}  // namespace berth::exporting
