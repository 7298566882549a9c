#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace berth::provider {

/// Members of answers, read without trusting their types: what is missing or of another type is the fallback.
inline std::string text_at(const Json& object, const char* member) {
  if (!object.is_object()) return {};
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

inline std::int64_t number_at(const Json& object, const char* member, std::int64_t fallback = 0) {
  if (!object.is_object()) return fallback;
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : fallback;
}

/// Epoch seconds with a fraction; 0 when missing.
inline double time_at(const Json& object, const char* member) {
  if (!object.is_object()) return 0;
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

inline bool flag_at(const Json& object, const char* member) {
  if (!object.is_object()) return false;
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// The elements of a list, or an empty one.
inline const Json& list_at(const Json& object, const char* member) {
  static const Json kEmpty = Json::array();
  if (!object.is_object()) return kEmpty;
  const auto found = object.find(member);
  return found != object.end() && found->is_array() ? *found : kEmpty;
}

/// The value of the tag `key`, or "".
inline std::string tag_at(const Json& object, std::string_view key) {
  for (const Json& tag : list_at(object, "tags")) {
    if (text_at(tag, "key") == key) return text_at(tag, "value");
  }
  return {};
}

/// The only element of a member that holds an object, or an empty object.
inline const Json& object_at(const Json& object, const char* member) {
  static const Json kEmpty = Json::object();
  if (!object.is_object()) return kEmpty;
  const auto found = object.find(member);
  return found != object.end() && found->is_object() ? *found : kEmpty;
}

inline std::vector<std::string> texts_at(const Json& object, const char* member) {
  std::vector<std::string> texts;
  for (const Json& item : list_at(object, member)) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace berth::provider
