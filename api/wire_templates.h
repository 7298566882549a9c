#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/shapes_wire.h"

/// Readers, writers and checks of members, used by the generated shapes_wire_*.cpp only.
namespace berth::api::wire {

/// Width of a JSON integer in the model.
enum class Width { any, integer };
constexpr Width kInteger = Width::integer;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

bool is_object(const Json& json, const Path& path, Error& error);
bool read(const Json& json, std::string& out, const Path& path, Error& error);
bool read(const Json& json, std::int64_t& out, const Path& path, Error& error);
bool read(const Json& json, double& out, const Path& path, Error& error);
bool read(const Json& json, bool& out, const Path& path, Error& error);
bool read(const Json& json, Timestamp& out, const Path& path, Error& error);
bool read(const Json& json, Json& out, const Path& path, Error& error);
bool is_list(const Json& json, const Path& path, Error& error);
bool fits_integer(std::int64_t value, const Path& path, Error& error);
bool keep_others(const Json& json, const std::set<std::string, std::less<>>& known, Json& others);

template <class T>
bool read(const Json& json, std::vector<T>& out, const Path& path, Error& error) {
  if (!is_list(json, path, error)) return false;
  out.reserve(json.size());
  std::size_t index = 0;
  for (const Json& item : json) {
    T value{};
    if (!read(item, value, Path{&path, {}, index++}, error)) return false;
    out.push_back(std::move(value));
  }
  return true;
}

template <class T>
bool read(const Json& json, std::map<std::string, T>& out, const Path& path, Error& error) {
  if (!is_object(json, path, error)) return false;
  for (const auto& [key, item] : json.items()) {
    T value{};
    if (!read(item, value, Path{&path, key}, error)) return false;
    out.emplace(key, std::move(value));
  }
  return true;
}

/// Reads one member of an object; absent and null leave `out` empty.
template <class T>
bool member(const Json& object, const char* name, std::optional<T>& out, const Path& parent, Error& error, Width width = Width::any) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return true;
  const Path path{&parent, name};
  T value{};
  if (!read(*found, value, path, error)) return false;
  if constexpr (std::is_same_v<T, std::int64_t>) {
    if (width == Width::integer && !fits_integer(value, path, error)) return false;
  }
  out = std::move(value);
  return true;
}

inline void write(Json& json, const std::string& value) { json = value; }
inline void write(Json& json, std::int64_t value) { json = value; }
inline void write(Json& json, double value) { json = value; }
inline void write(Json& json, bool value) { json = value; }
inline void write(Json& json, const Json& value) { json = value; }
void write(Json& json, Timestamp value);

template <class T>
void write(Json& json, const std::vector<T>& values) {
  json = Json::array();
  for (const T& value : values) {
    Json item;
    write(item, value);
    json.push_back(std::move(item));
  }
}

template <class T>
void write(Json& json, const std::map<std::string, T>& values) {
  json = Json::object();
  for (const auto& [key, value] : values) write(json[key], value);
}

template <class T>
void put(Json& object, const char* name, const std::optional<T>& value) {
  if (value) write(object[name], *value);
}

bool complain(const Path& parent, std::string_view member, std::string_view problem, std::string& violation);
bool has_only(std::string_view value, std::string_view set);

template <class T>
bool present(const std::optional<T>& value, const Path& path, const char* name, std::string& violation) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (value && value->empty()) return complain(path, name, "can not be empty", violation);
  }
  return value.has_value() || complain(path, name, "can not be null", violation);
}

bool within(const std::optional<std::int64_t>& value, std::int64_t low, std::int64_t high, const Path& path, const char* name, std::string& violation);
bool length_within(const std::optional<std::string>& value, std::int64_t low, std::int64_t high, const Path& path, const char* name,
                   std::string& violation);
bool only_chars(const std::optional<std::string>& value, std::string_view set, const Path& path, const char* name, std::string& violation);
bool count_fits(std::size_t count, std::int64_t low, std::int64_t high, const Path& path, const char* name, std::string& violation);
bool is_one_of(const std::string& value, std::initializer_list<const char*> values, const Path& path, const char* name, std::string& violation);

template <class T>
bool count_within(const std::optional<T>& value, std::int64_t low, std::int64_t high, const Path& path, const char* name, std::string& violation) {
  return !value || count_fits(value->size(), low, high, path, name, violation);
}

inline bool one_of(const std::optional<std::string>& value, std::initializer_list<const char*> values, const Path& path, const char* name,
                   std::string& violation) {
  return !value || is_one_of(*value, values, path, name, violation);
}

inline bool one_of(const std::optional<std::vector<std::string>>& value, std::initializer_list<const char*> values, const Path& path, const char* name,
                   std::string& violation) {
  if (!value) return true;
  for (const std::string& item : *value) {
    if (!is_one_of(item, values, path, name, violation)) return false;
  }
  return true;
}

/// Checks the shapes a member holds.
template <class T>
bool below(const std::optional<T>& value, const Path& parent, const char* name, std::string& violation) {
  return !value || check(*value, Path{&parent, name}, violation);
}

template <class T>
bool below(const std::optional<std::vector<T>>& value, const Path& parent, const char* name, std::string& violation) {
  if (!value) return true;
  const Path list{&parent, name};
  std::size_t index = 0;
  for (const T& item : *value) {
    if (!check(item, Path{&list, {}, index++}, violation)) return false;
  }
  return true;
}

}  // namespace berth::api::wire
