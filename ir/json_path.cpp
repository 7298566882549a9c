#include "ir/json_path.h"

namespace berth::ir {
namespace {

std::string first_of(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

std::string_view rest_of(std::string_view path) {
  const std::size_t dot = path.find('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
}

void join(Json& target, Json value) {
  if (target.is_object() && value.is_object()) return merge(target, std::move(value));
  if (target.is_array() && value.is_array()) {
    for (Json& item : value) target.push_back(std::move(item));
    return;
  }
  target = std::move(value);
}

}  // namespace

void merge(Json& object, Json other) {
  for (auto& [member, value] : other.items()) {
    if (object.contains(member)) {
      join(object[member], std::move(value));
    } else {
      object[member] = std::move(value);
    }
  }
}

void set_at(Json& object, std::string_view path, Json value) {
  Json& member = object[first_of(path)];
  const std::string_view rest = rest_of(path);
  if (rest.empty()) {
    if (member.is_null()) {
      member = std::move(value);
    } else {
      join(member, std::move(value));
    }
    return;
  }
  if (!member.is_object()) member = Json::object();
  set_at(member, rest, std::move(value));
}

const Json* find_at(const Json& object, std::string_view path) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(first_of(path));
  if (found == object.end()) return nullptr;
  const std::string_view rest = rest_of(path);
  return rest.empty() ? &*found : find_at(*found, rest);
}

void erase_at(Json& object, std::string_view path) {
  if (!object.is_object()) return;
  const std::string first = first_of(path);
  const auto found = object.find(first);
  if (found == object.end()) return;
  const std::string_view rest = rest_of(path);
  if (!rest.empty()) erase_at(*found, rest);
  if (rest.empty() || (found->is_object() && found->empty())) object.erase(first);
}

}  // namespace berth::ir
