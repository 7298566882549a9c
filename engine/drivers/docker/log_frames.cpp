#include "engine/drivers/docker/log_frames.h"

#include <cstdio>
#include <utility>

namespace berth::engine::docker {
namespace {

constexpr std::size_t kHeader = 8;

std::uint32_t big_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (unsigned char byte : four) value = value << 8 | byte;
  return value;
}

}  // namespace

void LogFrames::feed(std::string_view bytes) {
  pending_ += bytes;
  if (form_ == Form::plain) return feed_plain();
  std::string_view rest = pending_;
  while (!malformed_ && rest.size() >= kHeader) {
    auto kind = static_cast<unsigned char>(rest[0]);
    malformed_ = kind > 2 || rest[1] != 0 || rest[2] != 0 || rest[3] != 0;
    auto size = big_endian(rest.substr(4, 4));
    if (malformed_ || rest.size() - kHeader < size) break;
    message(kind == 2 ? "stderr" : "stdout", rest.substr(kHeader, size));
    rest.remove_prefix(kHeader + size);
  }
  pending_.erase(0, pending_.size() - rest.size());
}

void LogFrames::feed_plain() {
  std::size_t begin = 0;
  for (std::size_t end; !malformed_ && (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1)
    message("stdout", std::string_view(pending_).substr(begin, end + 1 - begin));
  pending_.erase(0, begin);
}

void LogFrames::message(std::string stream, std::string_view text) {
  auto space = text.find(' ');
  auto time = parse_time(text.substr(0, space));
  if (!time || space == std::string_view::npos) {
    malformed_ = true;
    return;
  }
  text.remove_prefix(space + 1);
  auto [line, is_new] = partial_.try_emplace(stream, LogLine{*time, stream, ""});
  bool complete = !text.empty() && text.back() == '\n';
  if (complete) text.remove_suffix(1);
  line->second.text += text;
  if (!complete) return;
  if (!line->second.text.empty() && line->second.text.back() == '\r') line->second.text.pop_back();
  lines_.push_back(std::move(line->second));
  partial_.erase(line);
}

Result<std::vector<LogLine>> LogFrames::finish() {
  if (form_ == Form::plain && !pending_.empty()) message("stdout", std::exchange(pending_, ""));
  if (malformed_ || !pending_.empty()) return Error{"CannotDescribeContainerError", "the log is not in Docker's frames"};
  for (auto& [stream, line] : partial_)
    if (!line.text.empty()) lines_.push_back(std::move(line));
  partial_.clear();
  return std::move(lines_);
}

std::optional<Timestamp> parse_time(std::string_view text) {
  std::string copy(text.substr(0, 40));
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, length = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &length) != 6)
    return std::nullopt;
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  std::string_view rest = std::string_view(copy).substr(static_cast<std::size_t>(length));
  int milliseconds = 0;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    int scale = 100;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1), scale /= 10)
      milliseconds += (rest.front() - '0') * scale;
  }
  if (rest != "Z") return std::nullopt;
  auto date = std::chrono::sys_days(std::chrono::year(year) / month / day);
  return Timestamp(date + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
                   Milliseconds(milliseconds));
}

}  // namespace berth::engine::docker
