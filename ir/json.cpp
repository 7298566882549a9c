#include <fmt/format.h>

#include "ir/quantity.h"
#include "ir/resource.h"
#include "ir/schema.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Field;
using schema::LabelKind;
using schema::Type;
using schema::TypeKind;

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(const Quantity& value) const { return value.unit == Unit::none ? Json(value.amount) : Json(spell(value)); }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const Reference& value) const { return {{"$ref", value.target.text()}}; }
  Json operator()(const Sensitive& value) const { return {{"$sensitive", value.mark.empty() ? Json(true) : Json(value.mark)}}; }
  Json operator()(const List& items) const {
    Json array = Json::array();
    for (const Value& item : items) array.push_back(to_json(item));
    return array;
  }
  Json operator()(const Map& map) const {
    Json object = Json::object();
    for (const auto& [key, value] : map) object[key] = to_json(value);
    return object;
  }
};

void collect_origins(const Value& value, const std::string& path, const SourceSet& sources, Json& origins) {
  if (const Map* map = value.as_map()) {
    for (const auto& [key, item] : *map) collect_origins(item, path.empty() ? key : path + "." + key, sources, origins);
    return;
  }
  if (value.origin().span.valid()) origins[path] = sources.place(value.origin().span);
}

Error wrong(const std::string& path, std::string_view expected) {
  return {"ir", fmt::format("{}: expected {}", path.empty() ? "body" : path, expected)};
}

Result<Value> value_from_json(const Type& type, const Json& json, const std::string& path);

Result<Value> map_from_json(const Type& element, const Json& json, const std::string& path) {
  if (!json.is_object()) return wrong(path, "an object");
  Map map;
  for (const auto& [key, item] : json.items()) {
    BERTH_TRY(value, value_from_json(element, item, path + "." + key));
    map.set(key, std::move(value));
  }
  return Value::map(std::move(map));
}

Result<Value> list_from_json(const Type& element, const Json& json, const std::string& path) {
  if (!json.is_array()) return wrong(path, "an array");
  List items;
  for (const Json& item : json) {
    BERTH_TRY(value, value_from_json(element, item, fmt::format("{}[{}]", path, items.size())));
    items.push_back(std::move(value));
  }
  return Value::list(std::move(items));
}

Result<Value> reference_from_json(const Json& json, const std::string& path) {
  if (json.is_string()) return Value::string(json.get<std::string>());  // a live resource that is not ours, by name or ARN
  if (!json.is_object() || !json.contains("$ref") || !json["$ref"].is_string()) return wrong(path, "a reference");
  const auto target = Address::parse(json["$ref"].get_ref<const std::string&>());
  if (!target) return wrong(path, "an address in $ref");
  return Value::reference(*target);
}

Result<Value> quantity_from_json(Unit unit, const Json& json, const std::string& path) {
  if (!json.is_string()) return wrong(path, "a quantity with its unit");
  const auto quantity = parse_quantity(json.get_ref<const std::string&>(), unit);
  if (!quantity) return wrong(path, "a quantity with its unit");
  return Value(*quantity);
}

/// What needs no type to be read: texts, integers, booleans, references, lists and maps of them.
Result<Value> plain_from_json(const Json& json, const std::string& path) {
  static const Type kAny{.kind = TypeKind::any};
  if (json.is_boolean()) return Value::boolean(json.get<bool>());
  if (json.is_number_integer()) return Value::integer(json.get<std::int64_t>());
  if (json.is_string()) return Value::string(json.get<std::string>());
  if (json.is_array()) return list_from_json(kAny, json, path);
  if (json.is_object()) return json.contains("$ref") ? reference_from_json(json, path) : map_from_json(kAny, json, path);
  return wrong(path, "a text, an integer, a boolean, a list or an object");
}

Result<Value> target_from_json(const Json& json, const std::string& path) {
  if (json.is_number_integer()) return Value::integer(json.get<std::int64_t>());
  if (!json.is_string()) return wrong(path, "a number, a percentage or a duration");
  const bool is_percent = json.get_ref<const std::string&>().ends_with("%");
  return quantity_from_json(is_percent ? Unit::basis_points : Unit::milliseconds, json, path);
}

Result<Value> schedule_from_json(const Json& json, const std::string& path) {
  if (!json.is_object()) return wrong(path, "a schedule");
  Map schedule;
  for (const auto& [key, item] : json.items()) {
    BERTH_TRY(value, key == "every" ? quantity_from_json(Unit::milliseconds, item, path + ".every") : plain_from_json(item, path + "." + key));
    schedule.set(key, std::move(value));
  }
  return Value::map(std::move(schedule));
}

Result<Value> record_from_json(const schema::Record& record, const Json& json, const std::string& path) {
  if (!json.is_object()) return wrong(path, "an object");
  Map map;
  for (const auto& [key, item] : json.items()) {
    const Field* field = record.field(key);
    if (field == nullptr) return wrong(path + "." + key, "a member of the schema");
    BERTH_TRY(value, value_from_json(field->type, item, path + "." + key));
    map.set(key, std::move(value));
  }
  return Value::map(std::move(map));
}

Result<Value> value_from_json(const Type& type, const Json& json, const std::string& path) {
  static const Type kText{.kind = TypeKind::string};
  switch (type.kind) {
    case TypeKind::boolean: return json.is_boolean() ? Result<Value>(Value::boolean(json.get<bool>())) : wrong(path, "true or false");
    case TypeKind::integer:
      return json.is_number_integer() ? Result<Value>(Value::integer(json.get<std::int64_t>())) : wrong(path, "an integer");
    case TypeKind::string:
    case TypeKind::image:
    case TypeKind::literal:
      return json.is_string() ? Result<Value>(Value::string(json.get<std::string>())) : wrong(path, "a string");
    case TypeKind::size: return quantity_from_json(Unit::bytes, json, path);
    case TypeKind::cpu: return quantity_from_json(Unit::cpu, json, path);
    case TypeKind::duration: return quantity_from_json(Unit::milliseconds, json, path);
    case TypeKind::percent: return quantity_from_json(Unit::basis_points, json, path);
    case TypeKind::reference: return reference_from_json(json, path);
    case TypeKind::list: return list_from_json(*type.element, json, path);
    case TypeKind::health_command: return list_from_json(kText, json, path);
    case TypeKind::map: return map_from_json(*type.element, json, path);
    case TypeKind::field_path: return list_from_json(kText, json, path);
    case TypeKind::record: return record_from_json(*type.record, json, path);
    case TypeKind::schedule: return schedule_from_json(json, path);
    case TypeKind::secret:
    case TypeKind::selection:
    case TypeKind::any: return plain_from_json(json, path);
    case TypeKind::target: return target_from_json(json, path);
  }
  return wrong(path, "a known type");
}

Result<Value> block_from_json(const Block& block, const Json& json, const std::string& path) {
  if (!json.is_object()) return wrong(path, "an object");
  Map body;
  for (const auto& [key, item] : json.items()) {
    const std::string inner = path.empty() ? key : path + "." + key;
    if (const Field* field = block.field(key)) {
      BERTH_TRY(value, value_from_json(field->type, item, inner));
      body.set(key, std::move(value));
    } else if (block.label == LabelKind::variant && key == block.variant_field) {
      if (!item.is_string()) return wrong(inner, "a string");
      body.set(key, Value::string(item.get<std::string>()));
    } else if (const Block* child = block.block(key)) {
      if (child->label != LabelKind::name) {
        BERTH_TRY(value, block_from_json(*child, item, inner));
        body.set(key, std::move(value));
        continue;
      }
      if (!item.is_object()) return wrong(inner, "an object");
      Map named;
      for (const auto& [name, entry] : item.items()) {
        BERTH_TRY(value, block_from_json(*child, entry, inner + "." + name));
        named.set(name, std::move(value));
      }
      body.set(key, Value::map(std::move(named)));
    } else {
      return wrong(inner, "a member of the schema");
    }
  }
  return Value::map(std::move(body));
}

}  // namespace

Json to_json(const Value& value) { return std::visit(ToJson{}, value.data()); }

Json to_json_without_body(const Resource& resource, const Program& program, bool origins) {
  Json row = {{"address", resource.address.text()}, {"kind", resource.address.kind}, {"hash", content_hash(resource)}};
  if (!resource.doc.empty()) row["doc"] = resource.doc;
  if (origins && program.sources != nullptr) {
    row["source"] = program.sources->place(resource.origin);
    Json places = Json::object();
    collect_origins(resource.body, "", *program.sources, places);
    row["origins"] = std::move(places);
  }
  return row;
}

Json to_json_without_resources(const Program& program, bool origins) {
  Json outputs = Json::object();
  for (const Output& output : program.outputs) outputs[output.name] = to_json(output.value);
  Json json = {{"format_version", "1.0"}, {"stack", program.stack}, {"environment", program.environment}, {"outputs", std::move(outputs)}};
  if (!program.region.empty()) json["region"] = program.region;
  if (!program.account.empty()) json["account"] = program.account;
  if (!program.target.empty()) json["target"] = program.target;
  if (program.protect) json["protect"] = true;
  for (const auto& [address, resource] : program.externs) {
    Json row = {{"address", address.text()}, {"kind", address.kind}, {"body", to_json(resource.body)}};
    if (origins && program.sources != nullptr) row["source"] = program.sources->place(resource.origin);
    json["externs"].push_back(std::move(row));
  }
  for (const Moved& moved : program.moved) json["moved"].push_back({{"from", moved.from.text()}, {"to", moved.to.text()}});
  for (const auto& [address, removed] : program.removed) json["removed"][address.text()] = removed.reason;
  if (!program.files.empty()) json["files"] = program.files;
  for (const Reveal& reveal : program.reveals) {
    Json row = {{"reason", reveal.reason}};
    if (origins && program.sources != nullptr) row["source"] = program.sources->place(reveal.origin);
    json["reveals"].push_back(std::move(row));
  }
  return json;
}

Json to_json(const Program& program, bool origins) {
  Json json = to_json_without_resources(program, origins);
  Json& resources = json["resources"] = Json::array();
  for (const auto& [address, resource] : program.resources) {
    Json row = to_json_without_body(resource, program, origins);
    row["body"] = to_json(resource.body);
    resources.push_back(std::move(row));
  }
  return json;
}

Result<Value> body_from_json(std::string_view kind, const Json& json) {
  const Block* block = schema::resource_kind(kind);
  if (block == nullptr) return Error{"ir", fmt::format("unknown kind `{}`", kind)};
  return block_from_json(*block, json, "");
}

Result<Value> extern_from_json(std::string_view kind, const Json& json) {
  const Block* block = schema::extern_kind(kind);
  if (block == nullptr) return Error{"ir", fmt::format("unknown kind of extern `{}`", kind)};
  return block_from_json(*block, json, "");
}

}  // namespace berth::ir
