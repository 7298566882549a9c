#include "compiler/import/value_text.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/credential.h"
#include "compiler/format/spelling.h"
#include "compiler/import/spelling.h"
#include "compiler/sema/image.h"

namespace berth::importing {
namespace {

using ir::Map;
using ir::Value;
using ir::schema::Field;
using ir::schema::Type;
using ir::schema::TypeKind;

constexpr std::string_view kReason = "imported as it was";

const std::string* member(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? nullptr : value->as_string();
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 10 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string said_to_be(std::string_view function, const std::string& literal) { return fmt::format("{}({}, reason = {})", function, literal, quote(kReason)); }

std::string plain_or(const std::string& text, bool credential) { return credential ? said_to_be("plain", quote(text)) : quote(text); }

/// A text with a parameter in it is looked at without it.
bool shows_credential(const std::string& text) { return looks_like_credential(text); }

std::string image_text(const std::string& text) {
  if (const std::string parameter = lone_parameter(text); !parameter.empty()) return parameter;
  const auto parsed = sema::parse_image(text);
  const bool untagged = parsed.index() == 0 && std::get<0>(parsed).tag.empty() && std::get<0>(parsed).digest.empty();
  return untagged ? said_to_be("floating", quote(text)) : quote(text);
}

std::string text_of(const std::string& text) {
  const std::string parameter = lone_parameter(text);
  return parameter.empty() ? quote(text) : parameter;
}

/// The bare name of a block nearby, or its text.
std::string local_name(const std::string& name, const ValueContext& context) {
  return format::is_name(name) && !context.taken.contains(name) ? name : quote(name);
}

std::string secret_expression(const Value& value) {
  const Map& map = *value.as_map();
  if (const Value* parameter = map.find("parameter")) return any_text(*parameter);
  const Value* secret = map.find("secret");
  const std::string source = secret == nullptr ? "null" : any_text(*secret);
  const std::string* key = member(map, "key");
  if (key == nullptr) return source;
  std::string call = fmt::format("{}.key({}", source, quote(*key));
  if (const std::string* stage = member(map, "version_stage")) call += fmt::format(", version = {}", quote(*stage));
  if (const std::string* id = member(map, "version_id")) call += fmt::format(", version_id = {}", quote(*id));
  return call + ")";
}

std::string health_text(const Value& value) {
  std::vector<std::string> words;
  for (const Value& item : *value.as_list()) words.push_back(item.as_string() == nullptr ? "" : *item.as_string());
  const bool shell = words.size() == 2 && words.front() == "CMD-SHELL";
  if (shell) return fmt::format("shell({})", plain_or(words[1], shows_credential(words[1])));
  const bool program = words.size() > 1 && words.front() == "CMD" && words[1] != "CMD" && words[1] != "CMD-SHELL";
  std::vector<std::string> parts;
  for (std::size_t i = program ? 1 : 0; i < words.size(); ++i) parts.push_back(plain_or(words[i], shows_credential(words[i])));
  return brackets(parts);
}

/// `awslogs(…)`, when that says all of it; else "".
std::string awslogs_text(const Map& logs, const ValueContext& context) {
  const Value* options = logs.find("options");
  if (options == nullptr || options->as_map() == nullptr || logs.find("secret_options") != nullptr) return "";
  const std::string* group = member(*options->as_map(), "awslogs-group");
  const std::string* prefix = member(*options->as_map(), "awslogs-stream-prefix");
  if (group == nullptr || group->empty() || prefix == nullptr) return "";
  std::string call = fmt::format("awslogs({}", quote(*group));
  for (const auto& [key, value] : *options->as_map()) {
    if (value.as_string() == nullptr) return "";
    const std::string& text = *value.as_string();
    if (key == "awslogs-group") continue;
    if (key == "awslogs-stream-prefix") {
      if (text != "ecs") call += fmt::format(", prefix = {}", quote(text));
    } else if (key == "awslogs-region") {
      if (text != context.region) call += fmt::format(", region = {}", quote(text));
    } else if (key == "awslogs-datetime-format") {
      call += fmt::format(", datetime_format = {}", quote(text));
    } else if (key == "awslogs-create-group" && (text == "true" || text == "false")) {
      call += fmt::format(", create = {}", text);
    } else if (key == "mode" && (text == "blocking" || text == "non-blocking")) {
      call += fmt::format(", mode = {}", quote(text));
    } else if (key == "max-buffer-size" && text.ends_with('m') && is_digits(text.substr(0, text.size() - 1)) && text.front() != '0') {
      call += fmt::format(", buffer = {}", ir::spell(ir::Quantity{std::stoll(text) << 20, ir::Unit::bytes}));
    } else {
      return "";
    }
  }
  return call + ")";
}

std::string firelens_text(const Map& logs, const ValueContext& context) {
  // The call has one map for options, which are texts.
  if (!context.has_router || logs.find("secret_options") != nullptr) return "";
  std::vector<std::string> parts;
  const Value* options = logs.find("options");
  if (options != nullptr && options->as_map() != nullptr) {
    for (const auto& [key, value] : *options->as_map()) parts.push_back(fmt::format("{} = {}", key_text(key), any_text(value)));
  }
  const std::string router = local_name(context.router, context);
  return parts.empty() ? fmt::format("firelens({})", router) : fmt::format("firelens({}, {{ {} }})", router, fmt::join(parts, ", "));
}

/// The call of a constructor that gives the record, or "".
std::string constructor_text(std::string_view record, const Map& map, const ValueContext& context) {
  if (record == "log_config") {
    const std::string* driver = member(map, "driver");
    if (driver != nullptr && *driver == "awslogs") return awslogs_text(map, context);
    if (driver != nullptr && *driver == "awsfirelens") return firelens_text(map, context);
    return "";
  }
  const std::string* kind = member(map, "kind");
  if (kind == nullptr) return "";
  if (record == "placement_strategy") {
    const std::string* by = member(map, "field");
    if (*kind == "random" && by == nullptr) return "random()";
    if (*kind == "spread" && by != nullptr && (*by == "az" || *by == "instance" || by->starts_with("attribute:"))) return fmt::format("spread({})", quote(*by));
    if (*kind == "binpack" && by != nullptr && (*by == "cpu" || *by == "memory")) return fmt::format("binpack({})", quote(*by));
  }
  if (record == "placement_constraint") {
    const std::string* expression = member(map, "expression");
    if (*kind == "distinct_instance" && expression == nullptr) return "distinct_instance()";
    if (*kind == "member_of" && expression != nullptr) return fmt::format("member_of({})", quote(*expression));
  }
  return "";
}

std::string record_text(const ir::schema::Record& record, const Map& map, const ValueContext& context) {
  if (std::string call = constructor_text(record.name, map, context); !call.empty()) return call;
  std::vector<std::string> parts;
  std::string bare;
  for (const Field& field : record.fields) {
    const Value* value = map.find(field.name);
    if (value == nullptr || *value == ir::schema::default_value(field)) continue;
    // Inside of an expression a bare name is that of a resource; containers are named by their text.
    const bool names_block = !field.local_ref.empty() && value->as_string() != nullptr;
    std::string text = names_block ? text_of(*value->as_string()) : setting_text(field, *value, context);
    if (field.name == record.primary_field) bare = text;
    parts.push_back(fmt::format("{} = {}", field.name, text));
  }
  if (parts.size() == 1 && !bare.empty()) return bare;
  return parts.empty() ? "{ }" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::string schedule_text(const Map& map) {
  if (const Value* every = map.find("every")) return fmt::format("every({})", ir::spell(*every));
  const std::string* line = member(map, "cron");
  const std::string* timezone = member(map, "timezone");
  if (line == nullptr) return any_text(Value::map(map));
  return timezone == nullptr ? fmt::format("cron({})", quote(*line)) : fmt::format("cron({}, timezone = {})", quote(*line), quote(*timezone));
}

std::string map_text(const Type& type, const Value& value, const ValueContext& context) {
  const Map& map = *value.as_map();
  if (type.kind == TypeKind::secret) return secret_expression(value);
  if (type.kind == TypeKind::record && type.record != nullptr) return record_text(*type.record, map, context);
  if (type.kind == TypeKind::schedule) return schedule_text(map);
  if (type.kind == TypeKind::selection && map.find("tag") != nullptr) return fmt::format("tag({}, {})", any_text(*map.find("tag")), any_text(*map.find("value")));
  if (type.kind != TypeKind::map || type.element == nullptr) return any_text(value);
  std::vector<std::string> parts;
  for (const auto& [key, item] : map) parts.push_back(fmt::format("{} = {}", key_text(key), value_text(*type.element, item, context)));
  return parts.empty() ? "{ }" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

bool holds_credentials(const Field& field) { return field.type.kind == TypeKind::list && (field.name == "command" || field.name == "entrypoint"); }

}  // namespace

std::string any_text(const Value& value) {
  if (const std::string* text = value.as_string()) return text_of(*text);
  if (const ir::Reference* reference = value.as_reference()) return reference_text(reference->target);
  std::vector<std::string> parts;
  if (const ir::List* list = value.as_list()) {
    for (const Value& item : *list) parts.push_back(any_text(item));
    return brackets(parts);
  }
  if (const Map* map = value.as_map()) {
    for (const auto& [key, item] : *map) parts.push_back(fmt::format("{} = {}", key_text(key), any_text(item)));
    return parts.empty() ? "{ }" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
  }
  return ir::spell(value);
}

std::string reference_text(const ir::Address& address) {
  const std::size_t dot = address.name.find('.');
  if (address.kind != "capacity" || dot == std::string::npos) return address.name;
  return fmt::format("{}.capacity.{}", address.name.substr(0, dot), address.name.substr(dot + 1));
}

std::string value_text(const Type& type, const Value& value, const ValueContext& context) {
  if (value.as_map() != nullptr) return map_text(type, value, context);
  if (type.kind == TypeKind::health_command && value.as_list() != nullptr) return health_text(value);
  if (const ir::List* list = value.as_list()) {
    std::vector<std::string> parts;
    for (const Value& item : *list) {
      const bool is_path = type.kind == TypeKind::field_path && item.as_string() != nullptr;
      parts.push_back(is_path ? *item.as_string() : type.element != nullptr ? value_text(*type.element, item, context) : any_text(item));
    }
    return brackets(parts);
  }
  if (type.kind == TypeKind::image && value.as_string() != nullptr) return image_text(*value.as_string());
  return any_text(value);
}

std::string setting_text(const Field& field, const Value& value, const ValueContext& context) {
  if (!field.local_ref.empty() && value.as_string() != nullptr) return local_name(*value.as_string(), context);
  if (!holds_credentials(field) || value.as_list() == nullptr) return value_text(field.type, value, context);
  std::vector<std::string> parts;
  for (const Value& item : *value.as_list()) {
    const std::string* text = item.as_string();
    parts.push_back(text != nullptr && shows_credential(*text) ? plain_or(*text, true) : any_text(item));
  }
  return brackets(parts);
}

std::string entry_text(const Field& field, const std::string& key, const Value& value, const ValueContext& context) {
  const std::string* text = value.as_string();
  const bool looked_at = text != nullptr && (field.name == "env" || field.name == "labels");
  const bool by_name = looked_at && names_credential(key) && !text->empty() && *text != "true" && *text != "false";
  if (looked_at && (by_name || shows_credential(*text))) return fmt::format("{} = {}", key_text(key), plain_or(*text, true));
  const std::string written = field.type.element != nullptr ? value_text(*field.type.element, value, context) : any_text(value);
  return fmt::format("{} = {}", key_text(key), written);
}

}  // namespace berth::importing
