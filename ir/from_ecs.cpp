#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "ir/ecs_form.h"
#include "ir/json_path.h"
#include "ir/quantity.h"
#include "ir/secret_text.h"

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

/// Empty for what the IR does not have: null and numbers that are not whole.
Value plain(const Json& json) {
  if (json.is_boolean()) return Value::boolean(json.get<bool>());
  if (json.is_number_integer()) return Value::integer(json.get<std::int64_t>());
  if (json.is_string()) return Value::string(json.get<std::string>());
  if (json.is_array()) {
    List items;
    for (const Json& item : json) {
      items.push_back(plain(item));
      if (items.back().empty()) return {};
    }
    return Value::list(std::move(items));
  }
  if (json.is_object()) {
    Map map;
    for (const auto& [key, item] : json.items()) {
      if (item.is_null()) continue;
      if (map.set(key, plain(item)).empty()) return {};
    }
    return Value::map(std::move(map));
  }
  return {};
}

/// Tenths of a percent at the finest, as ECS has them.
Value from_decimal(const Json& json) {
  if (!json.is_number()) return {};
  const double number = json.get<double>();
  if (!(number >= 0 && number <= 1'000'000)) return {};
  return Value::quantity(static_cast<std::int64_t>(number * 100 + 0.5), Unit::basis_points);
}

/// The boolean or literal that the API's word stands for.
Value from_word(const Field& field, const Json& json) {
  if (field.api_values.empty() && json.is_string() && field.type.kind == TypeKind::integer) {
    const auto number = integer(json);
    return number ? Value::integer(*number) : Value();
  }
  if (!json.is_string()) return {};
  const auto found = std::find(field.api_values.begin(), field.api_values.end(), json.get_ref<const std::string&>());
  if (found == field.api_values.end()) return {};
  const auto index = static_cast<std::size_t>(found - field.api_values.begin());
  return field.type.kind == TypeKind::boolean ? Value::boolean(index == 1) : Value::string(std::string(field.type.literals[index]));
}

Value from_upper(std::span<const std::string_view> literals, const Json& json) {
  if (!json.is_string()) return {};
  std::string text = lower(json.get<std::string>());
  return std::find(literals.begin(), literals.end(), text) == literals.end() ? Value() : Value::string(std::move(text));
}

Value from_placement_field(const Json& json) {
  if (!json.is_string()) return {};
  const std::string& text = json.get_ref<const std::string&>();
  if (text == "attribute:ecs.availability-zone") return Value::string("az");
  if (text == "instanceId" || text == "host") return Value::string("instance");
  return Value::string(text == "CPU" || text == "MEMORY" ? lower(text) : text);
}

/// A list in which each element has a value of its own; empty when one has not.
template <class Item>
Value list_of(const Json& json, const Item& item) {
  if (!json.is_array()) return {};
  List items;
  for (const Json& element : json) {
    items.push_back(item(element));
    if (items.back().empty()) return {};
  }
  return Value::list(std::move(items));
}

/// Takes what the schema knows out of an API object; what is left over nobody knows.
class Reader {
 public:
  Reader(const Refer& refer, std::vector<std::string>& unmapped) : refer_(refer), unmapped_(unmapped) {}

  Map object(const Block& block, Json json, const std::string& path) {
    Map body;
    if (!json.is_object()) {
      if (!says_nothing(json)) unmapped_.push_back(path);
      return body;
    }
    take(block, json, path, body);
    left_over(block, json, path, body);
    return body;
  }

 private:
  static std::string join(const std::string& path, std::string_view member) { return path.empty() ? std::string(member) : fmt::format("{}.{}", path, member); }

  /// The fields and blocks of `block` out of `json`.
  void take(const Block& block, Json& json, const std::string& path, Map& body) {
    fields(block.fields, json, body);
    if (block.label == LabelKind::variant) {
      const Json* variant = find_at(json, block.variant_path);
      Value value = variant == nullptr ? Value() : from_upper(block.variants, *variant);
      if (!value.empty()) {
        body.set(std::string(block.variant_field), std::move(value));
        erase_at(json, block.variant_path);
      }
    }
    if (!block.name_member.empty() && block.label == LabelKind::name) erase_at(json, block.name_member);
    for (const Block& inner : block.blocks) child(inner, json, path, body);
  }

  void fields(std::span<const Field> rows, Json& json, Map& body) {
    std::vector<std::string_view> constants;
    for (const Field& field : rows) {
      if (field.encoding != Encoding::object && this->field(field, json, body)) {
        for (const schema::Constant& constant : field.constants) constants.push_back(constant.member);
      }
    }
    for (const std::string_view member : constants) erase_at(json, member);
    // An object takes all that nobody else has a word for.
    for (const Field& field : rows) {
      if (field.encoding == Encoding::object) this->field(field, json, body);
    }
  }

  bool field(const Field& field, Json& json, Map& body) {
    if (field.path.empty()) return false;
    const Json* value = find_at(json, field.path);
    if (value == nullptr || value->is_null() || !meant(field, json)) return false;
    if (field.encoding == Encoding::list_entry) {
      take_entry(field, json, body);
      return true;
    }
    if (field.encoding == Encoding::bounds) return take_bounds(field, json, body);
    Value decoded = decode(field, *value);
    if (decoded.empty()) return false;
    body.set(std::string(field.name), std::move(decoded));
    erase_at(json, field.path);
    return true;
  }

  static bool meant(const Field& field, const Json& json) {
    return std::all_of(field.constants.begin(), field.constants.end(), [&](const schema::Constant& constant) {
      const Json* value = find_at(json, constant.member);
      return value != nullptr && value->is_string() && value->get_ref<const std::string&>() == constant.text;
    });
  }

  /// One element of a list of {name, value}; the others stay.
  static void take_entry(const Field& field, Json& json, Map& body) {
    Json list = *find_at(json, field.path);
    if (!list.is_array()) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Json* name = find_at(list[i], field.key_member);
      const Json* value = find_at(list[i], field.value_member);
      if (name == nullptr || value == nullptr || *name != Json(std::string(field.entry_name))) continue;
      Value decoded = from_word(field, *value);
      if (decoded.empty()) return;
      body.set(std::string(field.name), std::move(decoded));
      list.erase(i);
      break;
    }
    erase_at(json, field.path);
    if (!list.empty()) set_at(json, field.path, std::move(list));
  }

  /// The two members of a range; what else stands beside them stays.
  static bool take_bounds(const Field& field, Json& json, Map& body) {
    const std::string least = fmt::format("{}.{}", field.path, field.key_member);
    const std::string most = fmt::format("{}.{}", field.path, field.value_member);
    const bool is_size = field.type.element != nullptr && field.type.element->kind == TypeKind::size;
    List ends;
    for (const std::string& path : {least, most}) {
      const Json* value = find_at(json, path);
      if (value == nullptr) return false;
      ends.push_back(scaled(*value, is_size ? kMebibyte : 1, is_size ? Unit::bytes : Unit::none));
      if (ends.back().empty()) return false;
    }
    body.set(std::string(field.name), Value::list(std::move(ends)));
    erase_at(json, least);
    erase_at(json, most);
    return true;
  }

  void child(const Block& schema, Json& json, const std::string& path, Map& body) {
    if (schema.path.empty()) {
      if (schema.label != LabelKind::none) return;
      Map inner;
      take(schema, json, path, inner);
      if (!inner.empty()) body.set(std::string(schema.kind), Value::map(std::move(inner)));
      return;
    }
    const Json* value = find_at(json, schema.path);
    if (value == nullptr || says_nothing(*value)) return;
    if (schema.label == LabelKind::name) return named_children(schema, json, *value, join(path, schema.path), body);
    if (!value->is_object()) return;
    Json inner = *value;
    if (!schema.off_field.empty()) {
      const std::string off(schema.off_field);
      const bool is_on = inner.contains(off) && inner[off] == true;
      inner.erase(off);
      if (!is_on) return erase_at(json, schema.path);
    }
    Map inside = object(schema, std::move(inner), join(path, schema.path));
    const bool shared = schema.path.find('.') != std::string_view::npos;
    if (!inside.empty() || !shared) body.set(std::string(schema.kind), Value::map(std::move(inside)));
    erase_at(json, schema.path);
  }

  void named_children(const Block& schema, Json& json, const Json& list, const std::string& path, Map& body) {
    if (!list.is_array()) return;
    Map named;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string name = label_of(schema, list[i]);
      if (name.empty() || named.find(name) != nullptr) {
        unmapped_.push_back(fmt::format("{}[#{}]", path, i));
        continue;
      }
      Map inner = object(schema, list[i], fmt::format("{}[{}]", path, name));
      if (may_be_unnamed(schema) && find_at(list[i], schema.name_member) == nullptr) inner.set("unnamed", Value::boolean(true));
      named.set(name, Value::map(std::move(inner)));
    }
    if (!named.empty()) body.set(std::string(schema.kind), Value::map(std::move(named)));
    erase_at(json, schema.path);
  }

  static bool may_be_unnamed(const Block& schema) { return !schema.identity.empty() && !schema.name_member.empty(); }

  /// The label that the API has, or one made of what tells the blocks apart.
  static std::string label_of(const Block& schema, const Json& entry) {
    if (schema.name_member.empty()) {
      std::string label;
      for (const std::string_view name : schema.identity) {
        const Json* value = find_at(entry, schema.field(name)->path);
        if (value != nullptr) label += (label.empty() ? "" : ":") + (value->is_string() ? value->get<std::string>() : value->dump());
      }
      return label;
    }
    const Json* name = find_at(entry, schema.name_member);
    if (name != nullptr && name->is_string()) return name->get<std::string>();
    if (name != nullptr || !may_be_unnamed(schema)) return "";
    for (const char* member : {"containerPort", "containerPortRange"}) {
      const Json* port = find_at(entry, member);
      if (port == nullptr) continue;
      const Json* protocol = find_at(entry, "protocol");
      const bool is_udp = protocol != nullptr && *protocol == Json("udp");
      return fmt::format("p{}{}", port->is_string() ? port->get<std::string>() : port->dump(), is_udp ? "_udp" : "");
    }
    return "";
  }

  void left_over(const Block& block, const Json& json, const std::string& path, Map& body) {
    Map raw;
    for (const auto& [member, value] : json.items()) {
      if (is_server_side(block, member, value)) continue;
      const bool known = block.raw_member(member) != nullptr;
      Value as_it_is = plain(value);
      if (block.field("raw") != nullptr && !as_it_is.empty()) {
        raw.set(member, std::move(as_it_is));
        if (known) continue;
      }
      unmapped_.push_back(join(path, member));
    }
    if (!raw.empty()) body.set("raw", Value::map(std::move(raw)));
  }

  static bool is_server_side(const Block& block, const std::string& member, const Json& value) {
    if (says_nothing(value)) return true;
    if (std::find(block.read_only.begin(), block.read_only.end(), member) != block.read_only.end()) return true;
    return std::any_of(block.server_defaults.begin(), block.server_defaults.end(), [&](const schema::ServerDefault& row) {
      return row.member == member && canonical_json(value) == row.json;
    });
  }

  // ---- values ------------------------------------------------------------------------------------------------------------------------

  Value entries(const Field& field, const Json& json) {
    if (!json.is_array()) return {};
    Map map;
    for (const Json& entry : json) {
      const Json* key = find_at(entry, field.key_member);
      const Json* value = find_at(entry, field.value_member);
      if (key == nullptr || !key->is_string()) return {};
      const std::string text = value != nullptr && value->is_string() ? value->get<std::string>() : "";
      Value item = field.encoding == Encoding::secret_entries  ? secret_from_text(text, refer_)
                   : field.encoding == Encoding::upper_entries ? Value::string(lower(text))
                                                               : Value::string(text);
      map.set(key->get<std::string>(), std::move(item));
    }
    return Value::map(std::move(map));
  }

  Value record(const schema::Record& record, const Json& json) {
    if (!json.is_object()) return {};
    Json rest = json;
    Map map;
    fields(record.fields, rest, map);
    for (const auto& [member, value] : rest.items()) {
      if (!says_nothing(value)) return {};  // a part that the language has no word for
    }
    return Value::map(std::move(map));
  }

  Value reference(const Type& type, const Json& json) {
    return json.is_string() ? refer_(type.target, json.get<std::string>()) : Value();
  }

  /// Empty when the JSON is not what the field's encoding expects.
  Value decode(const Field& field, const Json& json) {
    switch (field.encoding) {
      case Encoding::plain:
      case Encoding::object: return plain(json);
      case Encoding::mebibytes:
      case Encoding::mebibytes_text: return scaled(json, kMebibyte, Unit::bytes);
      case Encoding::gibibytes: return scaled(json, 1024 * kMebibyte, Unit::bytes);
      case Encoding::cpu_units:
      case Encoding::cpu_units_text: return scaled(json, 1, Unit::cpu);
      case Encoding::seconds: return scaled(json, 1000, Unit::milliseconds);
      case Encoding::minutes: return scaled(json, 60'000, Unit::milliseconds);
      case Encoding::percent: return scaled(json, 100, Unit::basis_points);
      case Encoding::percent_decimal: return from_decimal(json);
      case Encoding::upper: return from_upper(field.type.literals, json);
      case Encoding::upper_list: return list_of(json, [&](const Json& item) { return from_upper(field.type.element->literals, item); });
      case Encoding::words: return from_word(field, json);
      case Encoding::placement_field: return from_placement_field(json);
      case Encoding::entries:
      case Encoding::upper_entries:
      case Encoding::secret_entries: return entries(field, json);
      case Encoding::reference: return reference(field.type, json);
      case Encoding::references: return list_of(json, [&](const Json& item) { return reference(*field.type.element, item); });
      case Encoding::network: return json.is_object() ? refer_(field.type.target, canonical_json(json)) : Value();
      case Encoding::secret: return json.is_string() ? secret_from_text(json.get<std::string>(), refer_) : Value();
      case Encoding::record: return record(*field.type.record, json);
      case Encoding::records: return list_of(json, [&](const Json& item) { return record(*field.type.element->record, item); });
      case Encoding::list_entry:
      case Encoding::bounds: return {};  // taken out of what is around it
      case Encoding::file_entries:
        return list_of(json, [&](const Json& item) {
          const Json* value = find_at(item, field.value_member);
          return value == nullptr ? Value() : reference(*field.type.element, *value);
        });
    }
    return {};
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
