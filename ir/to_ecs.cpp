#include <algorithm>
#include <cctype>

#include "ir/ecs_form.h"
#include "ir/quantity.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Encoding;
using schema::Field;
using schema::LabelKind;
using Resolve = std::function<std::string(const Address&)>;

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::int64_t amount(const Value& value) { return value.as_quantity() == nullptr ? 0 : value.as_quantity()->amount; }

Json entries(const Field& field, const Value& value, bool in_capitals) {
  Json array = Json::array();
  for (const auto& [key, item] : *value.as_map()) {
    const std::string& text = *item.as_string();
    array.push_back({{std::string(field.key_member), key}, {std::string(field.value_member), in_capitals ? upper(text) : text}});
  }
  return array;
}

Json encode(const Field& field, const Value& value, const Resolve& resolve) {
  switch (field.encoding) {
    case Encoding::plain:
    case Encoding::object: return to_json(value);
    case Encoding::mebibytes: return amount(value) / kMebibyte;
    case Encoding::mebibytes_text: return std::to_string(amount(value) / kMebibyte);
    case Encoding::cpu_units: return amount(value);
    case Encoding::cpu_units_text: return std::to_string(amount(value));
    case Encoding::seconds: return amount(value) / 1000;
    case Encoding::percent: return amount(value) / 100;
    case Encoding::upper: return upper(*value.as_string());
    case Encoding::entries: return entries(field, value, false);
    case Encoding::upper_entries: return entries(field, value, true);
    case Encoding::reference:
      return value.as_reference() != nullptr ? resolve(value.as_reference()->target) : *value.as_string();
    default: break;
  }
  return nullptr;
}

Json encode_named(const Block& block, const Map& named, const Resolve& resolve) {
  Json array = Json::array();
  for (const auto& [name, entry] : named) {
    Json object = to_ecs(block, entry, resolve);
    object[std::string(block.name_member)] = name;
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace

Json to_ecs(const Block& kind, const Value& body, const Resolve& resolve) {
  Json object = Json::object();
  const Map* map = body.as_map();
  if (map == nullptr) return object;
  for (const Field& field : kind.fields) {
    const Value* value = field.path.empty() ? nullptr : map->find(field.name);
    if (value != nullptr) object[std::string(field.path)] = encode(field, *value, resolve);
  }
  for (const Block& child : kind.blocks) {
    const Value* value = map->find(child.kind);
    if (value == nullptr) continue;
    const std::string path(child.path);
    object[path] = child.label == LabelKind::name ? encode_named(child, *value->as_map(), resolve) : to_ecs(child, *value, resolve);
    if (!child.off_field.empty()) object[path][std::string(child.off_field)] = true;
    if (child.label == LabelKind::variant) {
      object[path][std::string(child.variant_path)] = upper(*at(*value, {child.variant_field})->as_string());
    }
  }
  return object;
}

}  // namespace berth::ir
