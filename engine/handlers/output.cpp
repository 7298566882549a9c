#include "engine/handlers/output.h"

#include <cstdio>

#include <fmt/format.h>

#include "engine/agent/container_spec.h"

namespace berth::engine {

OutputSource output_source(const scheduler::Task& task, const scheduler::Container& container, std::string stream, std::optional<LogTail> kept) {
  OutputSource source{.stream = std::move(stream), .container = container.name, .runtime_name = "", .kept = std::move(kept)};
  // Only a container that was created can be asked; PULLED and NONE have none in the runtime.
  if (!source.kept && !container.removed && container.known_status >= scheduler::ContainerStatus::Created) {
    source.runtime_name = runtime_name(task, container.name);
  }
  return source;
}

Result<std::vector<LogLine>> read_output(ContainerDriver& driver, const OutputSource& source, const LogQuery& limits) {
  std::vector<LogLine> lines;
  if (source.kept) {
    for (const LogLine& line : source.kept->lines) {
      if ((!limits.since || line.time >= *limits.since) && (!limits.until || line.time < *limits.until)) lines.push_back(line);
    }
    if (lines.size() > limits.limit) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(limits.limit));
    return lines;
  }
  if (source.runtime_name.empty()) return lines;
  LogQuery query = limits;
  query.name = source.runtime_name;
  auto read = driver.logs(query);
  if (!read && (read.error().code == "NoSuchContainerError" || read.error().code == "not-found")) return lines;
  return read;
}

std::vector<OutputEvent> events_of(const std::string& stream, const std::vector<LogLine>& lines) {
  std::vector<OutputEvent> events;
  for (const LogLine& line : lines) {
    const std::int64_t time = line.time.time_since_epoch().count();
    const bool same = !events.empty() && events.back().time == time;
    events.push_back({.time = time, .stream = stream, .repeat = same ? events.back().repeat + 1 : 0, .text = line.text});
  }
  return events;
}

void sort_events(std::vector<OutputEvent>& events) {
  std::stable_sort(events.begin(), events.end(), [](const OutputEvent& a, const OutputEvent& b) {
    return std::tie(a.time, a.stream, a.repeat) < std::tie(b.time, b.stream, b.repeat);
  });
}

std::string print(const OutputCursor& cursor) { return fmt::format("{}/{}", cursor.time, cursor.seen); }

std::optional<OutputCursor> parse_output_cursor(const std::string& text) {
  long long time = 0;
  unsigned long long seen = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%lld/%llu%c", &time, &seen, &rest) != 2) return std::nullopt;
  return OutputCursor{.time = time, .seen = static_cast<std::size_t>(seen)};
}

std::size_t index_of(const std::vector<OutputEvent>& events, const OutputCursor& cursor) {
  const auto at_time = [](const OutputEvent& event, std::int64_t time) { return event.time < time; };
  const auto first = std::lower_bound(events.begin(), events.end(), cursor.time, at_time);
  const auto beyond = std::lower_bound(events.begin(), events.end(), cursor.time + 1, at_time);
  const auto begin = static_cast<std::size_t>(first - events.begin());
  return std::min(begin + cursor.seen, static_cast<std::size_t>(beyond - events.begin()));
}

OutputCursor cursor_at(const std::vector<OutputEvent>& events, std::size_t index) {
  if (events.empty() || index == 0) return {.time = events.empty() ? 0 : events.front().time, .seen = 0};
  const std::int64_t time = events[index - 1].time;
  std::size_t seen = 0;
  while (seen < index && events[index - 1 - seen].time == time) ++seen;
  return {.time = time, .seen = seen};
}

std::optional<std::vector<std::string>> parse_filter_pattern(const std::string& pattern) {
  std::vector<std::string> terms;
  std::size_t at = 0;
  while ((at = pattern.find_first_not_of(' ', at)) != std::string::npos) {
    if (pattern[at] == '"') {
      const std::size_t end = pattern.find('"', at + 1);
      if (end == std::string::npos) return std::nullopt;
      terms.push_back(pattern.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    const std::size_t end = std::min(pattern.find(' ', at), pattern.size());
    terms.push_back(pattern.substr(at, end - at));
    // JSON and column patterns, alternatives, exclusions and regular expressions have meanings of their own.
    if (std::string_view("{[?-%").find(terms.back().front()) != std::string_view::npos) return std::nullopt;
    at = end;
  }
  return terms;
}

bool matches(const std::string& text, const std::vector<std::string>& terms) {
  return std::all_of(terms.begin(), terms.end(), [&text](const std::string& term) { return text.find(term) != std::string::npos; });
}

}  // namespace berth::engine
