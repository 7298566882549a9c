#include <algorithm>
#include <cctype>
#include <charconv>

#include "ir/ecs_form.h"
#include "ir/quantity.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Encoding;
using schema::Field;
using schema::LabelKind;
using schema::Type;
using schema::TypeKind;
using Refer = std::function<Value(std::string_view kind, const std::string& text)>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Null, false, and empty collections say the same as absence.
bool says_nothing(const Json& json) {
  return json.is_null() || json == false || ((json.is_array() || json.is_object()) && json.empty());
}

std::optional<std::int64_t> integer(const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_string()) return std::nullopt;
  const std::string& text = json.get_ref<const std::string&>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Value scaled(const Json& json, std::int64_t factor, Unit unit) {
  const auto number = integer(json);
  std::int64_t amount = 0;
  if (!number || __builtin_mul_overflow(*number, factor, &amount)) return {};
  return Value::quantity(amount, unit);
}

Value plain(const Json& json) {
  if (json.is_boolean()) return Value::boolean(json.get<bool>());
  if (json.is_number_integer()) return Value::integer(json.get<std::int64_t>());
  if (json.is_string()) return Value::string(json.get<std::string>());
  if (json.is_array()) {
    List items;
    for (const Json& item : json) items.push_back(plain(item));
    return Value::list(std::move(items));
  }
  if (json.is_object()) {
    Map map;
    for (const auto& [key, item] : json.items()) map.set(key, plain(item));
    return Value::map(std::move(map));
  }
  return {};
}

Value decode_entries(const Field& field, const Json& json, bool from_capitals) {
  if (!json.is_array()) return {};
  Map map;
  for (const Json& entry : json) {
    const std::string key(field.key_member);
    const std::string value(field.value_member);
    if (!entry.is_object() || !entry.contains(key) || !entry[key].is_string()) return {};
    const std::string text = entry.contains(value) && entry[value].is_string() ? entry[value].get<std::string>() : "";
    map.set(entry[key].get<std::string>(), Value::string(from_capitals ? lower(text) : text));
  }
  return Value::map(std::move(map));
}

/// Empty when the JSON is not what the field's encoding expects.
Value decode(const Field& field, const Json& json, const Refer& refer) {
  switch (field.encoding) {
    case Encoding::plain:
    case Encoding::object: return plain(json);
    case Encoding::mebibytes:
    case Encoding::mebibytes_text: return scaled(json, kMebibyte, Unit::bytes);
    case Encoding::cpu_units:
    case Encoding::cpu_units_text: return scaled(json, 1, Unit::cpu);
    case Encoding::seconds: return scaled(json, 1000, Unit::milliseconds);
    case Encoding::percent: return scaled(json, 100, Unit::basis_points);
    case Encoding::upper: return json.is_string() ? Value::string(lower(json.get<std::string>())) : Value();
    case Encoding::entries: return decode_entries(field, json, false);
    case Encoding::upper_entries: return decode_entries(field, json, true);
    case Encoding::reference: return json.is_string() ? refer(field.type.target, json.get<std::string>()) : Value();
    default: break;
  }
  return {};
}

/// Walks one API object beside its schema block.
class Reader {
 public:
  Reader(const Refer& refer, std::vector<std::string>& unmapped) : refer_(refer), unmapped_(unmapped) {}

  Map object(const Block& block, const Json& json, const std::string& path) {
    Map body;
    if (!json.is_object()) {
      if (!says_nothing(json)) unmapped_.push_back(path);
      return body;
    }
    for (const auto& [member, value] : json.items()) {
      if (!known(block, member, value, path, body) && !is_server_side(block, member, value)) unmapped_.push_back(join(path, member));
    }
    return body;
  }

 private:
  static std::string join(const std::string& path, const std::string& member) { return path.empty() ? member : path + "." + member; }

  static bool is_server_side(const Block& block, const std::string& member, const Json& value) {
    if (says_nothing(value)) return true;
    if (std::find(block.read_only.begin(), block.read_only.end(), member) != block.read_only.end()) return true;
    return std::any_of(block.server_defaults.begin(), block.server_defaults.end(), [&](const schema::ServerDefault& row) {
      return row.member == member && canonical_json(value) == row.json;
    });
  }

  bool known(const Block& block, const std::string& member, const Json& value, const std::string& path, Map& body) {
    for (const Field& field : block.fields) {
      if (field.path != member) continue;
      if (value.is_null()) return true;
      Value decoded = decode(field, value, refer_);
      if (decoded.empty()) return says_nothing(value);
      body.set(std::string(field.name), std::move(decoded));
      return true;
    }
    for (const Block& child : block.blocks) {
      if (child.path == member) return known_child(child, value, join(path, member), body);
    }
    if (block.label == LabelKind::variant && block.variant_path == member && value.is_string()) {
      body.set(std::string(block.variant_field), Value::string(lower(value.get<std::string>())));
      return true;
    }
    return member == block.name_member && !member.empty();
  }

  bool known_child(const Block& child, const Json& value, const std::string& path, Map& body) {
    if (says_nothing(value)) return true;
    if (child.label == LabelKind::name) return named_children(child, value, path, body);
    if (!value.is_object()) return false;
    if (!child.off_field.empty()) {
      const std::string off(child.off_field);
      if (!value.contains(off) || value[off] != true) return true;
      Json on = value;
      on.erase(off);
      body.set(std::string(child.kind), Value::map(object(child, on, path)));
      return true;
    }
    body.set(std::string(child.kind), Value::map(object(child, value, path)));
    return true;
  }

  bool named_children(const Block& child, const Json& value, const std::string& path, Map& body) {
    if (!value.is_array()) return false;
    Map named;
    const std::string name_member(child.name_member);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json& entry = value[i];
      const bool has_name = entry.is_object() && entry.contains(name_member) && entry[name_member].is_string();
      const std::string name = has_name ? entry[name_member].get<std::string>() : "#" + std::to_string(i);
      const std::string inner = path + "[" + name + "]";
      if (!has_name) {
        unmapped_.push_back(inner);
        continue;
      }
      named.set(name, Value::map(object(child, entry, inner)));
    }
    body.set(std::string(child.kind), Value::map(std::move(named)));
    return true;
  }

  const Refer& refer_;
  std::vector<std::string>& unmapped_;
};

}  // namespace

FromEcs from_ecs(const Block& kind, const Json& object, const Refer& refer) {
  FromEcs result;
  Reader reader(refer, result.unmapped);
  result.body = Value::map(reader.object(kind, object, ""));
  canonicalize(kind, result.body);
  std::sort(result.unmapped.begin(), result.unmapped.end());
  return result;
}

}  // namespace berth::ir
