#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/drivers/driver.h"

namespace berth::engine::docker {

/// Takes apart the body of GET /containers/X/logs?timestamps=1. Of a container without a terminal: frames of 8 bytes (stream,
/// three zeros, length big-endian) and a message `TIME TEXT\n`. Docker splits long lines into messages without the line ending;
/// they become one line again. Of a container with a terminal: the messages alone, all of stdout.
class LogFrames {
 public:
  enum class Form { frames, plain };
  explicit LogFrames(Form form = Form::frames) : form_(form) {}
  /// May be called with any division of the body.
  void feed(std::string_view bytes);
  /// All lines in the order they were written; a last line without an ending is included. Error code CannotDescribeContainerError
  /// when the bytes are no frames (a container with a terminal) or end inside a frame.
  Result<std::vector<LogLine>> finish();

 private:
  void message(std::string stream, std::string_view text);
  void feed_plain();

  const Form form_;
  std::string pending_;
  std::vector<LogLine> lines_;
  std::map<std::string, LogLine> partial_;  ///< by stream
  bool malformed_ = false;
};

/// "2026-11-22T16:47:03.120456789Z" to milliseconds; also without a fraction. Nothing for other text and for Docker's zero time,
/// year 1.
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace berth::engine::docker
