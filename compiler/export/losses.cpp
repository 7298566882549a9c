#include "compiler/export/losses.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "ir/externs.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

bool is_set(const ir::Resource& external, std::string_view field) {
  const ir::Value* value = ir::at(external.body, {field});
  return value != nullptr && value->as_string() != nullptr && !value->as_string()->empty();
}

/// `sg-` and hexadecimal digits: ids of today have 17, old ones 8.
bool is_group_id(std::string_view text) {
  return text.starts_with("sg-") && text.size() > 3 && text.substr(3).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What about the text that stands for it is made up; "" when nothing is.
std::string guess(const ir::Resource& external, const ir::Program& program) {
  const ir::schema::Block* kind = ir::schema::extern_kind(external.address.kind);
  if (kind == nullptr) return "";
  for (const std::string_view choice : {"subnets", "security_groups"}) {
    const ir::Value* value = ir::at(external.body, {choice});
    if (value != nullptr && value->as_map() != nullptr) return "ids of what is chosen by tag are not known here, and are made up";
  }
  if (!group_names(external).empty()) return "security groups known by name are written as they stand, where the API takes ids";
  if (is_text_known(external)) return "";
  const auto asks_for = [&](std::string_view part) { return kind->arn_template.find(part) != std::string_view::npos; };
  if (asks_for("00000000")) return "its ARN holds an id that is not known here, and is made up";
  if (asks_for("{account}") && !is_set(external, "account") && program.account.empty()) return "its ARN has an account that nobody names, and is made up";
  if (asks_for("{region}") && !is_set(external, "region") && program.region.empty()) return "its ARN has a region that nobody names, and is made up";
  return "";
}

}  // namespace

void report_guesses(const ir::Resource& external, const ir::Program& program, std::vector<Loss>& losses) {
  const std::string reason = guess(external, program);
  if (!reason.empty()) losses.push_back({external.address.text(), fmt::format("{}: {}", reason, ir::api_text(external, program)), external.origin});
}

bool is_text_known(const ir::Resource& external) {
  const ir::schema::Block* kind = ir::schema::extern_kind(external.address.kind);
  return kind == nullptr || kind->stands_for != "arn" || kind->arn_template.empty() || is_set(external, "arn") || is_set(external, "verbatim");
}

std::vector<std::string> group_names(const ir::Resource& network) {
  std::vector<std::string> names;
  const ir::Value* groups = network.address.kind == "network" ? ir::at(network.body, {"security_groups"}) : nullptr;
  if (groups == nullptr || groups->as_list() == nullptr) return names;
  for (const ir::Value& group : *groups->as_list()) {
    if (group.as_string() != nullptr && !is_group_id(*group.as_string())) names.push_back(*group.as_string());
  }
  return names;
}

std::string extern_name(const ir::Resource& external) {
  return is_set(external, "name") ? *ir::at(external.body, {"name"})->as_string() : external.address.name;
}

void report_other_kinds(const ir::Program& program, const std::vector<std::string_view>& written, std::string_view reason, std::vector<Loss>& losses) {
  for (const auto& [address, resource] : program.resources) {
    if (address.kind == "cluster" || address.kind == "task" || address.kind == "service") continue;
    if (std::find(written.begin(), written.end(), address.kind) == written.end()) losses.push_back({address.text(), std::string(reason), resource.origin});
  }
}

void finish(Export& made) {
  std::sort(made.files.begin(), made.files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  const auto key = [](const Loss& loss) { return std::tie(loss.subject, loss.reason); };
  std::stable_sort(made.losses.begin(), made.losses.end(), [&](const Loss& a, const Loss& b) { return key(a) < key(b); });
  made.losses.erase(std::unique(made.losses.begin(), made.losses.end(), [&](const Loss& a, const Loss& b) { return key(a) == key(b); }), made.losses.end());
}

std::string report(const std::vector<Loss>& losses, const SourceSet* sources) {
  std::string text;
  for (const Loss& loss : losses) {
    const std::string place = sources == nullptr || !loss.span.valid() ? "" : fmt::format(" ({})", sources->place(loss.span));
    text += fmt::format("{}: {}{}\n", loss.subject, loss.reason, place);
  }
  return text;
}

}  // namespace berth::exporting
