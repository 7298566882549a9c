#include "compiler/import/members.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "ir/json_path.h"

namespace berth::importing {
namespace {

using ir::schema::Block;
using ir::schema::Encoding;
using ir::schema::Field;
using ir::schema::LabelKind;
using ir::schema::TypeKind;

std::string_view first_of(std::string_view path) { return path.substr(0, path.find('.')); }

std::string pointer_to(const std::string& pointer, std::string_view path) {
  std::string result = pointer;
  while (!path.empty()) {
    const std::string_view part = first_of(path);
    result = below(result, part);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return result;
}

std::string literals_text(std::span<const std::string_view> literals) {
  std::vector<std::string> words;
  for (const std::string_view literal : literals) {
    std::string word(literal);
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    words.push_back(std::move(word));
  }
  return fmt::format("one of {}", fmt::join(words, ", "));
}

bool is_upper_of(std::string_view literal, const Json& value) {
  if (!value.is_string()) return false;
  const std::string& text = value.get_ref<const std::string&>();
  return std::equal(text.begin(), text.end(), literal.begin(), literal.end(), [](char a, char b) { return a == static_cast<char>(std::toupper(static_cast<unsigned char>(b))) || a == b; });
}

bool is_one_of(std::span<const std::string_view> literals, const Json& value) {
  return std::any_of(literals.begin(), literals.end(), [&](std::string_view literal) { return is_upper_of(literal, value); });
}

bool has_text(const Json& object, std::string_view member) {
  const Json* value = ir::find_at(object, member);
  return value != nullptr && value->is_string();
}

/// What a plain value has to be; "" when it is that.
std::string wrong_plain(const ir::schema::Type& type, const Json& value) {
  switch (type.kind) {
    case TypeKind::boolean: return value.is_boolean() ? "" : "true or false";
    case TypeKind::integer: return value.is_number_integer() ? "" : "a whole number";
    case TypeKind::list:
    case TypeKind::health_command: {
      if (!value.is_array()) return "a list";
      for (const Json& item : value) {
        const std::string wrong = type.element == nullptr ? (item.is_string() ? "" : "texts") : wrong_plain(*type.element, item);
        if (!wrong.empty()) return "a list of " + (wrong == "a text" ? "texts" : wrong);
      }
      return "";
    }
    case TypeKind::literal:
      if (!value.is_string()) return "a text";
      if (std::find(type.literals.begin(), type.literals.end(), value.get_ref<const std::string&>()) != type.literals.end()) return "";
      return fmt::format("one of {}", fmt::join(type.literals, ", "));
    case TypeKind::string:
    case TypeKind::image: return value.is_string() ? "" : "a text";
    default: return "";
  }
}

/// What a value of this encoding has to be; "" when it is that.
std::string expectation(const Field& field, const Json& value) {
  const auto unless = [](bool good, const char* words) { return good ? std::string() : std::string(words); };
  const auto all = [&](auto test) { return value.is_array() && std::all_of(value.begin(), value.end(), test); };
  switch (field.encoding) {
    case Encoding::plain:
      if (field.type.kind == TypeKind::integer) return unless(value.is_number_integer(), "a whole number");
      return wrong_plain(field.type, value);
    case Encoding::mebibytes:
    case Encoding::gibibytes:
    case Encoding::cpu_units:
    case Encoding::seconds:
    case Encoding::minutes:
    case Encoding::percent: return unless(value.is_number_integer(), "a whole number");
    case Encoding::percent_decimal: return unless(value.is_number(), "a number");
    case Encoding::mebibytes_text:
    case Encoding::cpu_units_text:
      return unless(value.is_string() && !value.get_ref<const std::string&>().empty() &&
                        value.get_ref<const std::string&>().find_first_not_of("0123456789") == std::string::npos,
                    field.encoding == Encoding::cpu_units_text ? "a text such as \"256\" or \"1 vCPU\"" : "a text such as \"512\" or \"1 GB\"");
    case Encoding::upper: return is_one_of(field.type.literals, value) ? "" : literals_text(field.type.literals);
    case Encoding::upper_list: return all([&](const Json& item) { return is_one_of(field.type.element->literals, item); }) ? "" : "a list, each " + literals_text(field.type.element->literals);
    case Encoding::words:
      if (!value.is_string()) return "a text";
      if (field.api_values.empty() || std::find(field.api_values.begin(), field.api_values.end(), value.get_ref<const std::string&>()) != field.api_values.end()) return "";
      return fmt::format("one of {}", fmt::join(field.api_values, ", "));
    case Encoding::object:
      if (field.type.kind == TypeKind::any) return "";
      return unless(value.is_object() && std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); }), "an object of texts");
    case Encoding::entries:
    case Encoding::upper_entries:
      return all([&](const Json& item) { return has_text(item, field.key_member) && (ir::find_at(item, field.value_member) == nullptr || has_text(item, field.value_member)); })
                 ? ""
                 : fmt::format("a list of objects with the texts `{}` and `{}`", field.key_member, field.value_member);
    case Encoding::secret_entries:
      return all([&](const Json& item) { return has_text(item, field.key_member) && has_text(item, field.value_member); })
                 ? ""
                 : fmt::format("a list of objects with the texts `{}` and `{}`", field.key_member, field.value_member);
    case Encoding::reference:
    case Encoding::secret:
    case Encoding::placement_field: return unless(value.is_string(), "a text");
    case Encoding::references: return unless(all([](const Json& item) { return item.is_string(); }), "a list of texts");
    case Encoding::network:
    case Encoding::record: return unless(value.is_object(), "an object");
    case Encoding::records:
    case Encoding::file_entries:
    case Encoding::list_entry: return unless(all([](const Json& item) { return item.is_object(); }), "a list of objects");
    default: return "";  // spread over several members
  }
}

/// Whether another setting of the object is written with this value beside it: `logging` is OVERRIDE where a log group or a bucket is named.
bool goes_with_another(std::span<const Field> rows, const Field& field, const Json& value, const Json& object) {
  return std::any_of(rows.begin(), rows.end(), [&](const Field& row) {
    if (row.path == field.path || ir::find_at(object, row.path) == nullptr) return false;
    return std::any_of(row.constants.begin(), row.constants.end(), [&](const auto& constant) { return constant.member == field.path && value == std::string(constant.text); });
  });
}

class MemberCheck {
 public:
  MemberCheck(Workspace& workspace, const Document& document) : workspace_(workspace), document_(document) {}

  void object(const Block& block, const Json& json, const std::string& pointer) {
    std::set<std::string, std::less<>> known;
    members(block, json, pointer, known);
    for (const auto& row : block.raw_members) known.emplace(row.name);
    for (const auto& member : block.read_only) known.emplace(member);
    for (const auto& row : block.server_defaults) known.emplace(row.member);
    for (const auto& [member, value] : json.items()) {
      if (known.contains(member) || value.is_null()) continue;
      workspace_.note(document_, path_text(below(pointer, member)),
                      block.field("raw") != nullptr ? "not known to this version of berth: kept in `raw unchecked`" : "not known to this version of berth, and there is no place to keep it: left out");
    }
  }

 private:
  void members(const Block& block, const Json& json, const std::string& pointer, std::set<std::string, std::less<>>& known) {
    fields(block.fields, json, pointer, known);
    for (const std::string_view member : {block.name_member, block.variant_path, block.off_field}) {
      if (!member.empty()) known.emplace(first_of(member));
    }
    for (const Block& inner : block.blocks) child(inner, json, pointer, known);
  }

  void fields(std::span<const Field> rows, const Json& json, const std::string& pointer, std::set<std::string, std::less<>>& known) {
    for (const Field& field : rows) {
      if (field.path.empty()) continue;
      known.emplace(first_of(field.path));
      for (const auto& constant : field.constants) known.emplace(first_of(constant.member));
      const Json* value = ir::find_at(json, field.path);
      if (value == nullptr || value->is_null() || goes_with_another(rows, field, *value, json)) continue;
      const std::string where = pointer_to(pointer, field.path);
      if (const std::string expected = expectation(field, *value); !expected.empty()) {
        wrong(where, *value, expected);
      } else if (field.type.record != nullptr && field.encoding == Encoding::record) {
        record(*field.type.record, *value, where);
      } else if (field.encoding == Encoding::records) {
        for (std::size_t i = 0; i < value->size(); ++i) record(*field.type.element->record, (*value)[i], below(where, i));
      }
    }
  }

  void record(const ir::schema::Record& record, const Json& json, const std::string& pointer) {
    std::set<std::string, std::less<>> known;
    fields(record.fields, json, pointer, known);
    for (const auto& [member, value] : json.items()) {
      if (known.contains(member) || value.is_null()) continue;
      workspace_.wrong(document_, below(pointer, member), "is not known to this version of berth, which has no place to keep it");
    }
  }

  void child(const Block& inner, const Json& json, const std::string& pointer, std::set<std::string, std::less<>>& known) {
    if (inner.path.empty()) {
      if (inner.label == LabelKind::none) members(inner, json, pointer, known);
      return;
    }
    known.emplace(first_of(inner.path));
    const Json* value = ir::find_at(json, inner.path);
    if (value == nullptr || value->is_null()) return;
    const std::string where = pointer_to(pointer, inner.path);
    if (inner.label != LabelKind::name) {
      if (!value->is_object()) return wrong(where, *value, "an object");
      return object(inner, *value, where);
    }
    if (!value->is_array()) return wrong(where, *value, "a list of objects");
    std::set<std::string> names;
    for (std::size_t i = 0; i < value->size(); ++i) entry(inner, (*value)[i], below(where, i), names);
  }

  void entry(const Block& inner, const Json& json, const std::string& pointer, std::set<std::string>& names) {
    if (!json.is_object()) return wrong(pointer, json, "an object");
    if (!inner.name_member.empty()) {
      const Json* name = ir::find_at(json, inner.name_member);
      const bool may_miss = !inner.identity.empty() || inner.kind == "mount";
      if (name == nullptr || name->is_null()) {
        if (!may_miss) workspace_.wrong(document_, pointer, fmt::format("has no `{}`", inner.name_member), "it needs one");
      } else if (!name->is_string()) {
        wrong(below(pointer, inner.name_member), *name, "a text");
      } else if (!names.insert(name->get<std::string>()).second && inner.kind != "mount") {
        workspace_.wrong(document_, below(pointer, inner.name_member), fmt::format("is `{}` a second time", name->get<std::string>()), "another one has this name");
      }
    }
    object(inner, json, pointer);
  }

  void wrong(const std::string& pointer, const Json& value, const std::string& expected) {
    const std::string given = value.is_array() ? "a list" : value.is_object() ? "an object" : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    workspace_.wrong(document_, pointer, fmt::format("is {}; ECS takes {}", given, expected), "here");
  }

  Workspace& workspace_;
  const Document& document_;
};

}  // namespace

void check_members(Workspace& workspace, const Document& document, const Block& kind, const Json& object, const std::string& pointer) {
  MemberCheck(workspace, document).object(kind, object, pointer);
}

}  // namespace berth::importing
