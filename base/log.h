#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace berth {

enum class LogLevel { trace, debug, info, warn, error, off };

/// Lines `2026-11-22T16:47:03.120Z info event key=value …` on stderr. The level comes from BERTH_LOG (default warn for berth,
/// info for berthd).
void set_log_level(LogLevel level);
LogLevel log_level_from_environment(LogLevel fallback);
/// `event` is a short constant phrase; values are quoted where they need it. Values of containers' environments never go here.
void log(LogLevel level, std::string_view event, std::initializer_list<std::pair<std::string_view, std::string>> fields = {});

}  // namespace berth
