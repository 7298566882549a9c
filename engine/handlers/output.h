#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/drivers/driver.h"
#include "engine/store/records.h"
#include "scheduler/model/task.h"

// Containers' output as a sequence of events: read from the runtime or from the store, ordered, paged. Pure but for read_output.
namespace berth::engine {

/// Where the output of one container is: in the store when its last lines were kept, else in the runtime, else nowhere.
struct OutputSource {
  std::string stream;
  std::string container;
  std::string runtime_name;  ///< empty: not in the runtime
  std::optional<LogTail> kept{};
};
OutputSource output_source(const scheduler::Task& task, const scheduler::Container& container, std::string stream, std::optional<LogTail> kept);

/// A line with its place among lines of the same millisecond and stream, which makes it distinguishable.
struct OutputEvent {
  std::int64_t time = 0;  ///< milliseconds since the epoch
  std::string stream;
  std::size_t repeat = 0;
  std::string text;
};

/// Blocks. A container that vanished meanwhile has no output; another failure of the runtime is an error.
Result<std::vector<LogLine>> read_output(ContainerDriver& driver, const OutputSource& source, const LogQuery& limits);

/// Events of one stream, in order of time.
std::vector<OutputEvent> events_of(const std::string& stream, const std::vector<LogLine>& lines);
/// By time, then stream, then repeat.
void sort_events(std::vector<OutputEvent>& events);

/// A position between events: everything up to `time`, and of that millisecond the first `seen` events.
struct OutputCursor {
  std::int64_t time = 0;
  std::size_t seen = 0;
};
std::string print(const OutputCursor& cursor);
std::optional<OutputCursor> parse_output_cursor(const std::string& text);
/// Index of the first event after the cursor in sorted events.
std::size_t index_of(const std::vector<OutputEvent>& events, const OutputCursor& cursor);
/// The cursor before event `index` (or after the last).
OutputCursor cursor_at(const std::vector<OutputEvent>& events, std::size_t index);

/// The filter patterns that are honoured: terms that must all occur, quoted where they contain spaces. Absent for other syntaxes.
std::optional<std::vector<std::string>> parse_filter_pattern(const std::string& pattern);
bool matches(const std::string& text, const std::vector<std::string>& terms);

}  // namespace berth::engine
