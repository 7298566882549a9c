#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/clock.h"

namespace berth {
namespace {

constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error", "off"};
std::atomic<LogLevel> current_level = LogLevel::warn;

std::string quoted(const std::string& value) {
  const bool plain = !value.empty() && value.find_first_of(" \t\n\r\"=") == std::string::npos;
  if (plain) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text.push_back('\\');
    if (c == '\n') {
      text += "\\n";
    } else {
      text.push_back(c);
    }
  }
  return text + "\"";
}

}  // namespace

void set_log_level(LogLevel level) { current_level = level; }

LogLevel log_level_from_environment(LogLevel fallback) {
  const char* text = std::getenv("BERTH_LOG");
  if (text == nullptr) return fallback;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == text) return static_cast<LogLevel>(i);
  }
  return fallback;
}

void log(LogLevel level, std::string_view event, std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  if (level < current_level) return;
  std::string line = fmt::format("{} {} {}", format_utc(SystemClock().now()), kNames[static_cast<std::size_t>(level)], event);
  for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, quoted(value));
  line.push_back('\n');
  std::fputs(line.c_str(), stderr);
}

}  // namespace berth
