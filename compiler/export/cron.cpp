#include "compiler/export/cron.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace berth::exporting {
namespace {

/// One of the five fields, by what it counts from and to. `words`: three letters each, from `low` on.
struct Field {
  int low;
  int high;
  std::string_view words;
};
constexpr std::array<Field, 5> kFields = {{{0, 59, ""}, {0, 23, ""}, {1, 31, ""}, {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"}, {0, 7, "sunmontuewedthufrisatsun"}}};
constexpr std::array<std::string_view, 7> kDays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return parts;
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    text = text.substr(end);
  }
}

int number_of(const Field& field, std::string_view text) {
  int number = field.low;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) return number;
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t at = field.words.find(small);
  return at == std::string_view::npos ? field.low : field.low + static_cast<int>(at / 3);
}

/// The numbers that a field means.
std::set<int> numbers_of(const Field& field, std::string_view text) {
  std::set<int> numbers;
  for (std::string_view part : split(text, ",")) {
    int step = 1;
    if (const std::size_t slash = part.find('/'); slash != std::string_view::npos) {
      step = std::max(1, number_of({1, field.high, ""}, part.substr(slash + 1)));
      part = part.substr(0, slash);
    }
    const std::size_t dash = part.find('-');
    const bool is_all = part == "*";
    const int first = is_all ? field.low : number_of(field, part.substr(0, dash));
    const int last = is_all ? field.high : dash != std::string_view::npos ? number_of(field, part.substr(dash + 1)) : step > 1 ? field.high : first;
    for (int number = first; number <= last; number += step) numbers.insert(number);
  }
  return numbers;
}

/// Steps are written out: EventBridge counts them from the first number that is named.
std::string field_text(const Field& field, std::string_view text) {
  if (text.find('/') == std::string_view::npos) return std::string(text);
  return fmt::format("{}", fmt::join(numbers_of(field, text), ","));
}

/// By name: EventBridge counts days of the week from 1, cron from 0.
std::string days_text(std::string_view text) {
  std::set<int> days;
  for (const int number : numbers_of(kFields[4], text)) days.insert(number % 7);
  std::vector<std::string_view> names;
  for (const int day : days) names.push_back(kDays[static_cast<std::size_t>(day)]);
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::optional<std::string> eventbridge_cron(std::string_view line) {
  const std::vector<std::string_view> words = split(line, " \t");
  if (words.size() != kFields.size()) return std::nullopt;
  const bool any_day = words[2] == "*";
  const bool any_weekday = words[4] == "*";
  if (!any_day && !any_weekday) return std::nullopt;
  return fmt::format("cron({} {} {} {} {} *)", field_text(kFields[0], words[0]), field_text(kFields[1], words[1]), any_weekday ? field_text(kFields[2], words[2]) : "?",
                     field_text(kFields[3], words[3]), any_weekday ? "?" : days_text(words[4]));
}

std::string eventbridge_rate(std::int64_t minutes) {
  constexpr std::int64_t kHour = 60;
  constexpr std::int64_t kDay = 24 * kHour;
  const std::int64_t unit = minutes % kDay == 0 ? kDay : minutes % kHour == 0 ? kHour : 1;
  const std::string_view word = unit == kDay ? "day" : unit == kHour ? "hour" : "minute";
  return fmt::format("rate({} {}{})", minutes / unit, word, minutes / unit == 1 ? "" : "s");
}

}  // namespace berth::exporting
