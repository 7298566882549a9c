#include <algorithm>
#include <cctype>

#include "ir/ecs_form.h"
#include "ir/json_path.h"
#include "ir/quantity.h"
#include "ir/secret_text.h"
#include "ir/sensitive.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Encoding;
using schema::Field;
using schema::LabelKind;
using Resolve = std::function<std::string(const Address&)>;

constexpr std::int64_t kMinute = 60'000;

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::int64_t amount(const Value& value) { return value.as_quantity() == nullptr ? 0 : value.as_quantity()->amount; }

/// A number as short as it can be written: 5, 0.5.
Json decimal(std::int64_t basis_points) {
  if (basis_points % 100 == 0) return basis_points / 100;
  return static_cast<double>(basis_points) / 100.0;
}

/// The API's word for a boolean, or for one of the literals.
std::string api_word(const Field& field, const Value& value) {
  if (const bool* flag = value.as_bool()) return std::string(field.api_values[*flag ? 1 : 0]);
  if (value.as_string() == nullptr) return spell(value);
  const auto found = std::find(field.type.literals.begin(), field.type.literals.end(), *value.as_string());
  if (field.api_values.empty() || found == field.type.literals.end()) return *value.as_string();
  return std::string(field.api_values[static_cast<std::size_t>(found - field.type.literals.begin())]);
}

std::string placement_field(const std::string& field) {
  if (field == "az") return "attribute:ecs.availability-zone";
  return field == "instance" ? "instanceId" : field;
}

class Writer {
 public:
  Writer(const Resolve& resolve, Implied implied) : resolve_(resolve), implied_(implied) {}

  Json block(const Block& schema, const Map& body) const {
    Json object = Json::object();
    fields(schema.fields, body, object, schema.label == LabelKind::variant ? body.find(schema.variant_field) : nullptr);
    for (const Block& inner : schema.blocks) {
      if (const Value* value = body.find(inner.kind); value != nullptr && value->as_map() != nullptr) child(inner, *value->as_map(), object);
    }
    if (const Value* raw = body.find("raw"); raw != nullptr) merge(object, to_json(*raw));
    return object;
  }

 private:
  void fields(std::span<const Field> rows, const Map& body, Json& object, const Value* variant) const {
    for (const Field& field : rows) {
      if (field.path.empty()) continue;
      Value fallback;
      const Value* value = body.find(field.name);
      if (value == nullptr && field.implied && implied_ == Implied::written && is_of(field, variant)) {
        fallback = schema::default_value(field);
        value = &fallback;
      }
      if (value == nullptr) continue;
      set_at(object, field.path, encode(field, *value));
      for (const schema::Constant& constant : field.constants) set_at(object, constant.member, std::string(constant.text));
    }
  }

  static bool is_of(const Field& field, const Value* variant) {
    if (field.variants.empty()) return true;
    return variant != nullptr && variant->as_string() != nullptr &&
           std::find(field.variants.begin(), field.variants.end(), *variant->as_string()) != field.variants.end();
  }

  void child(const Block& schema, const Map& body, Json& object) const {
    if (schema.label == LabelKind::name) {
      if (!schema.path.empty()) set_at(object, schema.path, named(schema, body));
      return;
    }
    Json inner = block(schema, body);
    if (schema.label == LabelKind::variant) {
      const Value* variant = body.find(schema.variant_field);
      if (variant != nullptr && variant->as_string() != nullptr) inner[std::string(schema.variant_path)] = upper(*variant->as_string());
    }
    if (!schema.off_field.empty()) inner[std::string(schema.off_field)] = true;
    if (schema.path.empty()) {
      merge(object, inner);
    } else {
      set_at(object, schema.path, std::move(inner));
    }
  }

  [[nodiscard]] Json named(const Block& schema, const Map& all) const {
    Json array = Json::array();
    for (const auto& [name, entry] : all) {
      if (entry.as_map() == nullptr) continue;
      Json object = block(schema, *entry.as_map());
      const Value* unnamed = entry.as_map()->find("unnamed");
      const bool has_name = unnamed == nullptr || unnamed->as_bool() == nullptr || !*unnamed->as_bool();
      if (!schema.name_member.empty() && has_name) object[std::string(schema.name_member)] = name;
      array.push_back(std::move(object));
    }
    return array;
  }

  [[nodiscard]] std::string reference(const Value& value) const {
    if (value.as_reference() != nullptr) return resolve_(value.as_reference()->target);
    return value.as_string() != nullptr ? *value.as_string() : std::string();
  }

  [[nodiscard]] Json network(const Value& value) const {
    if (value.as_reference() == nullptr) return to_json(value);
    Json json = Json::parse(resolve_(value.as_reference()->target), nullptr, false);
    return json.is_object() ? json : Json::object();
  }

  [[nodiscard]] Json record(const schema::Record& record, const Value& value) const {
    Json object = Json::object();
    if (value.as_map() != nullptr) fields(record.fields, *value.as_map(), object, nullptr);
    return object;
  }

  template <class Item>
  static Json array(const Value& value, const Item& item) {
    Json result = Json::array();
    for (const Value& element : *value.as_list()) result.push_back(item(element));
    return result;
  }

  [[nodiscard]] Json entries(const Field& field, const Value& value) const {
    Json result = Json::array();
    for (const auto& [key, item] : *value.as_map()) {
      Json text;
      switch (field.encoding) {
        case Encoding::secret_entries: text = secret_text(item, resolve_); break;
        case Encoding::upper_entries: text = upper(*item.as_string()); break;
        default: text = *item.as_string(); break;
      }
      result.push_back({{std::string(field.key_member), key}, {std::string(field.value_member), std::move(text)}});
    }
    return result;
  }

  /// The two ends of a range; sizes count in MiB.
  static Json bounds(const Field& field, const Value& value) {
    const List& ends = *value.as_list();
    Json object = Json::object();
    if (ends.empty()) return object;
    const auto end = [](const Value& item) { return item.as_quantity()->unit == Unit::bytes ? amount(item) / kMebibyte : amount(item); };
    object[std::string(field.key_member)] = end(ends.front());
    object[std::string(field.value_member)] = end(ends.back());
    return object;
  }

  [[nodiscard]] Json encode(const Field& field, const Value& value) const {
    switch (field.encoding) {
      case Encoding::plain:
      case Encoding::object: return to_json(value);
      case Encoding::mebibytes: return amount(value) / kMebibyte;
      case Encoding::mebibytes_text: return std::to_string(amount(value) / kMebibyte);
      case Encoding::gibibytes: return amount(value) / (1024 * kMebibyte);
      case Encoding::cpu_units: return amount(value);
      case Encoding::cpu_units_text: return std::to_string(amount(value));
      case Encoding::seconds: return amount(value) / 1000;
      case Encoding::minutes: return amount(value) / kMinute;
      case Encoding::percent: return amount(value) / 100;
      case Encoding::percent_decimal: return decimal(amount(value));
      case Encoding::upper: return upper(*value.as_string());
      case Encoding::upper_list: return array(value, [](const Value& item) { return upper(*item.as_string()); });
      case Encoding::words: return api_word(field, value);
      case Encoding::bounds: return bounds(field, value);
      case Encoding::placement_field: return placement_field(*value.as_string());
      case Encoding::entries:
      case Encoding::upper_entries:
      case Encoding::secret_entries: return entries(field, value);
      case Encoding::reference: return reference(value);
      case Encoding::references: return array(value, [&](const Value& item) { return reference(item); });
      case Encoding::network: return network(value);
      case Encoding::secret: return secret_text(value, resolve_);
      case Encoding::record: return record(*field.type.record, value);
      case Encoding::records: return array(value, [&](const Value& item) { return record(*field.type.element->record, item); });
      case Encoding::list_entry:
        return Json::array({{{std::string(field.key_member), std::string(field.entry_name)}, {std::string(field.value_member), api_word(field, value)}}});
      case Encoding::file_entries:
        return array(value, [&](const Value& item) { return Json{{std::string(field.value_member), reference(item)}, {"type", "s3"}}; });
    }
    return nullptr;
  }

  const Resolve& resolve_;
  Implied implied_;
};

}  // namespace

Json to_ecs(const Block& kind, const Value& body, const Resolve& resolve, Implied implied) {
  if (contains_sensitive(body)) return to_ecs(kind, revealed(body), resolve, implied);
  if (body.as_map() == nullptr) return Json::object();
  return Writer(resolve, implied).block(kind, *body.as_map());
}

}  // namespace berth::ir
