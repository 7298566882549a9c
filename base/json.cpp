#include "base/json.h"

#include <fmt/format.h>

namespace berth {
namespace {

constexpr int kMaximumDepth = 256;

/// Line and column (from 1) of byte `offset`.
std::string place(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < offset && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  int deepest = 0;
  try {
    Json value = Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
      deepest = std::max(deepest, depth);
      if (depth > kMaximumDepth) throw std::length_error("nested deeper than 256 levels");
      return true;
    });
    return value;
  } catch (const Json::parse_error& error) {
    return Error{"json", fmt::format("not valid JSON at {}", place(text, error.byte))};
  } catch (const std::exception& error) {
    return Error{"json", error.what()};
  }
}

std::string canonical_json(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string pretty_json(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace berth
