#include "compiler/import/workspace.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "compiler/format/spelling.h"
#include "compiler/import/spelling.h"
#include "compiler/sema/pattern.h"
#include "compiler/sema/scope.h"
#include "ir/schema.h"

namespace berth::importing {
namespace {

/// Functions of the language, which a declaration of the same name would hide.
constexpr std::string_view kFunctions[] = {
#define BERTH_FUNCTION(name, ...) #name,
#include "compiler/sema/builtins.def"
#undef BERTH_FUNCTION
};

constexpr std::size_t kLongestName = 60;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// What a person would call the thing: the last part of its ARN, without what the service adds to it.
std::string own_name(std::string_view kind, std::string_view text) {
  std::string_view name = text;
  if (kind == "target_group" && name.starts_with("arn:")) {
    name = name.substr(0, name.rfind('/'));  // the last part is an id
  }
  if (name.starts_with("arn:") || name.starts_with("s3://")) name = name.substr(name.rfind(':') + 1);
  while (!name.empty() && name.back() == '/') name.remove_suffix(1);
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name = name.substr(slash + 1);
  // Secrets Manager adds `-` and six characters to a name.
  if (kind == "secret" && text.starts_with("arn:") && name.size() > 7 && name[name.size() - 7] == '-') name.remove_suffix(7);
  return std::string(name);
}

bool is_arn(const std::string& text) {
  static const auto pattern = sema::compile_pattern(ir::schema::extern_kind("role")->field("arn")->type.pattern);
  return pattern->matches_all(text);
}

bool is_object_uri(const std::string& text) {
  static const auto pattern = sema::compile_pattern(ir::schema::extern_kind("object")->field("uri")->type.pattern);
  return pattern->matches_all(text);
}

/// The settings of an extern that make the API text of it: nothing when the kind has no way to say it.
std::optional<ir::Map> settings_for(std::string_view kind, const std::string& text) {
  ir::Map map;
  const auto as = [&](std::string_view field) {
    map.set(std::string(field), ir::Value::string(text));
    return map;
  };
  const ir::schema::Block& schema = *ir::schema::extern_kind(kind);
  if (kind == "object") {
    constexpr std::string_view kPrefix = "arn:aws:s3:::";
    const std::string uri = text.starts_with(kPrefix) ? "s3://" + text.substr(kPrefix.size()) : text;
    if (!is_object_uri(uri)) return std::nullopt;
    map.set("uri", ir::Value::string(uri));
    return map;
  }
  if (schema.stands_for != "arn") return as(schema.stands_for);
  if (is_arn(text)) return as("arn");
  return schema.field("verbatim") != nullptr ? std::optional(as("verbatim")) : std::nullopt;
}

/// The JSON of an `awsvpcConfiguration`.
ir::Map network_settings(const std::string& text) {
  ir::Map map;
  const Json json = Json::parse(text, nullptr, false);
  const auto ids = [&](const char* member) {
    ir::List list;
    if (json.is_object() && json.contains(member) && json[member].is_array()) {
      for (const Json& id : json[member]) {
        if (id.is_string()) list.push_back(ir::Value::string(id.get<std::string>()));
      }
    }
    return list;
  };
  map.set("subnets", ir::Value::list(ids("subnets")));
  if (ir::List groups = ids("securityGroups"); !groups.empty()) map.set("security_groups", ir::Value::list(std::move(groups)));
  if (json.is_object() && json.value("assignPublicIp", Json()) == Json("ENABLED")) map.set("public_ip", ir::Value::boolean(true));
  return map;
}

}  // namespace

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : without_marks(text)) {
    if (is_word(c)) name += c;
    else if (!name.empty() && name.back() != '_') name += '_';
    if (name.size() == kLongestName) break;
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0) name.insert(0, "_");
  return name;
}

std::string Names::take(std::string_view text, std::string_view kind) {
  std::string wanted = identifier(text);
  if (wanted.empty()) wanted = std::string(kind);
  if (wanted.front() == '_' && wanted.size() > 1 && std::isdigit(static_cast<unsigned char>(wanted[1])) != 0) wanted.insert(0, kind);  // an id that is a number
  const bool means_something = !format::is_name(wanted) || sema::is_reserved(wanted) || std::find(std::begin(kFunctions), std::end(kFunctions), wanted) != std::end(kFunctions);
  std::string name = wanted;
  if (means_something || taken_.contains(name)) name = fmt::format("{}_{}", wanted, kind);
  // Many secrets are called `db`: the search goes on where it ended.
  for (int& i = next_.try_emplace(wanted, 2).first->second; taken_.contains(name); ++i) name = fmt::format("{}_{}", wanted, i);
  taken_.insert(name);
  return name;
}

void Workspace::note(const Document& document, std::string path, std::string text) {
  report.push_back({sources.file(document.source()).path(), std::move(path), std::move(text)});
}

Diagnostic& Workspace::wrong(const Document& document, const std::string& pointer, std::string message, std::string label) {
  return sink.report("E0703", document.place(pointer, sources), fmt::format("`{}` {}", path_text(pointer), message), std::move(label));
}

ir::Value Workspace::external(std::string_view kind, const std::string& text, std::string_view hint) {
  const auto key = std::pair(std::string(kind), text);
  if (const auto known = externs_.find(key); known != externs_.end()) return ir::Value::reference(known->second);
  std::optional<ir::Map> settings = kind == "network" ? std::optional(network_settings(text)) : settings_for(kind, text);
  if (!settings) return ir::Value::string(text);
  const std::string own = hint.empty() ? kind == "network" ? "network" : own_name(kind, text) : std::string(hint);
  const ir::Address address{std::string(kind), names.take(own, kind)};
  draft.program.externs.emplace(address, ir::Resource{.address = address, .body = ir::Value::map(std::move(*settings)), .origin = {}, .doc = ""});
  externs_.emplace(key, address);
  return ir::Value::reference(address);
}

std::string Workspace::parameter(const std::string& name, const std::string& type, std::optional<std::string> value, const std::string& doc) {
  for (const Parameter& known : draft.parameters) {
    if (known.doc == doc && known.type == type && known.value == value) return parameter_mark(known.name);
  }
  draft.parameters.push_back({.name = names.take(name, "param"), .type = type, .value = std::move(value), .doc = doc});
  return parameter_mark(draft.parameters.back().name);
}

}  // namespace berth::importing
