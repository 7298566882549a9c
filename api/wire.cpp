#include "api/wire.h"

#include <cmath>

#include <fmt/format.h>

#include "api/wire_templates.h"

namespace berth::api::wire {
namespace {

/// The largest double below which every whole number is exact.
constexpr double kExactLimit = 9007199254740992.0;

bool wrong_type(const Json& json, const Path& path, std::string_view wanted, Error& error) {
  const std::string place = print(path);
  error = Error{"SerializationException", fmt::format("{}expected {}, found {}", place.empty() ? "" : place + ": ", wanted, json.type_name())};
  return false;
}

}  // namespace

std::string print(const Path& path) {
  if (!path.parent) return "";
  const std::string prefix = print(*path.parent);
  if (path.member.empty()) return fmt::format("{}[{}]", prefix, path.index);
  return prefix.empty() ? std::string(path.member) : fmt::format("{}.{}", prefix, path.member);
}

bool is_object(const Json& json, const Path& path, Error& error) { return json.is_object() || wrong_type(json, path, "an object", error); }
bool is_list(const Json& json, const Path& path, Error& error) { return json.is_array() || wrong_type(json, path, "a list", error); }

bool read(const Json& json, std::string& out, const Path& path, Error& error) {
  if (!json.is_string()) return wrong_type(json, path, "a string", error);
  out = json.get<std::string>();
  return true;
}

bool read(const Json& json, std::int64_t& out, const Path& path, Error& error) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(kNoLimit)) {
    return wrong_type(json, path, "a smaller integer", error);
  }
  if (json.is_number_integer()) {
    out = json.get<std::int64_t>();
    return true;
  }
  if (!json.is_number_float()) return wrong_type(json, path, "an integer", error);
  const double value = json.get<double>();
  if (std::trunc(value) != value || std::abs(value) > kExactLimit) return wrong_type(json, path, "an integer", error);
  out = static_cast<std::int64_t>(value);
  return true;
}

bool read(const Json& json, double& out, const Path& path, Error& error) {
  if (!json.is_number()) return wrong_type(json, path, "a number", error);
  out = json.get<double>();
  return true;
}

bool read(const Json& json, bool& out, const Path& path, Error& error) {
  if (!json.is_boolean()) return wrong_type(json, path, "a boolean", error);
  out = json.get<bool>();
  return true;
}

bool read(const Json& json, Timestamp& out, const Path& path, Error& error) {
  if (!json.is_number() || std::abs(json.get<double>()) > kExactLimit / 1000) return wrong_type(json, path, "a time in epoch seconds", error);
  out = Timestamp(Milliseconds(std::llround(json.get<double>() * 1000)));
  return true;
}

bool read(const Json& json, Json& out, const Path&, Error&) {
  out = json;
  return true;
}

bool fits_integer(std::int64_t value, const Path& path, Error& error) {
  if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max()) return true;
  return wrong_type(Json(value), path, "an integer of 32 bits", error);
}

bool keep_others(const Json& json, const std::set<std::string, std::less<>>& known, Json& others) {
  for (const auto& [key, value] : json.items()) {
    if (!known.contains(key)) others[key] = value;
  }
  return true;
}

void write(Json& json, Timestamp value) { json = static_cast<double>(value.time_since_epoch().count()) / 1000.0; }

bool complain(const Path& parent, std::string_view member, std::string_view problem, std::string& violation) {
  violation = fmt::format("{} {}", print(Path{&parent, member}), problem);
  return false;
}

bool has_only(std::string_view value, std::string_view set) {
  const auto allowed = [set](char c) {
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (i + 2 < set.size() && set[i + 1] == '-') {
        if (set[i] <= c && c <= set[i + 2]) return true;
        i += 2;
      } else if (set[i] == c) {
        return true;
      }
    }
    return false;
  };
  return std::all_of(value.begin(), value.end(), allowed);
}

bool within(const std::optional<std::int64_t>& value, std::int64_t low, std::int64_t high, const Path& path, const char* name, std::string& violation) {
  if (!value || (*value >= low && *value <= high)) return true;
  return complain(path, name, high == kNoLimit ? fmt::format("must be at least {}", low) : fmt::format("must be between {} and {}", low, high), violation);
}

bool length_within(const std::optional<std::string>& value, std::int64_t low, std::int64_t high, const Path& path, const char* name,
                   std::string& violation) {
  if (!value) return true;
  // Code points, as the service counts characters.
  const auto length = std::count_if(value->begin(), value->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (length >= low && length <= high) return true;
  return complain(path, name, fmt::format("must have {} to {} characters", low, high), violation);
}

bool only_chars(const std::optional<std::string>& value, std::string_view set, const Path& path, const char* name, std::string& violation) {
  if (!value || has_only(*value, set)) return true;
  return complain(path, name, fmt::format("may contain only the characters {}", set), violation);
}

bool count_fits(std::size_t count, std::int64_t low, std::int64_t high, const Path& path, const char* name, std::string& violation) {
  const auto signed_count = static_cast<std::int64_t>(count);
  if (signed_count >= low && signed_count <= high) return true;
  return complain(path, name, fmt::format("must have {} to {} items", low, high), violation);
}

bool is_one_of(const std::string& value, std::initializer_list<const char*> values, const Path& path, const char* name, std::string& violation) {
  for (const char* known : values) {
    if (value == known) return true;
  }
  std::string list;
  for (const char* known : values) list += (list.empty() ? "" : ", ") + std::string(known);
  return complain(path, name, fmt::format("must be one of {}", list), violation);
}

}  // namespace berth::api::wire
