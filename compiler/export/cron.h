#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::exporting {

/// A cron line of five fields as EventBridge writes it: "30 2 * * 1-5" is `30 2 ? * MON,TUE,WED,THU,FRI *`. Nothing when it means days of the month or days
/// of the week, whichever comes: EventBridge takes one of them.
std::optional<std::string> eventbridge_cron(std::string_view line);

/// "rate(15 minutes)" for whole minutes.
std::string eventbridge_rate(std::int64_t minutes);

}  // namespace berth::exporting
