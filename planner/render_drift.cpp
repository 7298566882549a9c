#include <algorithm>

#include <fmt/format.h>

#include "base/text_width.h"
#include "planner/three_way.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

std::string what_of(const Difference& difference) {
  return difference.path.empty() ? difference.address.text() : fmt::format("{} {}", difference.address.text(), difference.path);
}

/// One cause: its heading and its differences.
template <class Predicate>
std::string group(const DriftReport& report, std::string_view heading, Predicate wanted) {
  std::string text;
  int what_width = 0;
  int text_width = 0;
  for (const Difference& difference : report.differences) {
    if (!wanted(difference)) continue;
    what_width = std::max(what_width, std::min(60, display_width(what_of(difference))));
    text_width = std::max(text_width, std::min(60, display_width(difference.text)));
  }
  for (const Difference& difference : report.differences) {
    if (!wanted(difference)) continue;
    std::string line = fmt::format("    {}  {}  {}", padded(what_of(difference), what_width), padded(difference.text, text_width),
                                   difference.known.empty() ? difference.place : fmt::format("known: {}", difference.known));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text.empty() ? "" : fmt::format("{}\n{}\n", heading, text);
}

Json known_json(const std::vector<KnownDrift>& lines) {
  Json rows = Json::array();
  for (const KnownDrift& line : lines) {
    rows.push_back({{"address", line.address}, {"path", line.path}, {"until", line.until}, {"reason", line.reason}, {"line", line.line}});
  }
  return rows;
}

}  // namespace

std::string render_drift_text(const DriftReport& report) {
  const auto is = [](Cause cause) { return [cause](const Difference& difference) { return difference.cause == cause && difference.known.empty(); }; };
  std::string text = group(report, "changed by hand since the last apply", is(Cause::by_hand));
  text += group(report, "changed by hand, or in the files: what was applied cannot be told", is(Cause::unknown));
  text += group(report, "changed in the files and not applied", is(Cause::source));
  text += group(report, "known, and left alone", [](const Difference& difference) { return !difference.known.empty(); });
  for (const KnownDrift& line : report.expired) {
    text += fmt::format("!   the known drift of {} {} was to end by {}: {}\n", line.address, line.path, line.until, line.reason);
  }
  for (const KnownDrift& line : report.unused) text += fmt::format("!   nothing differs for line {} of the list of known drift: {} {}\n", line.line, line.address, line.path);
  if (!report.expired.empty() || !report.unused.empty()) text += "\n";
  const std::size_t drifted = report.drifted();
  const std::size_t waiting = report.count(Cause::source);
  const std::size_t known = report.differences.size() - drifted - waiting;
  return text + fmt::format("Drift: {} by hand, {} unclear, {} known. Not applied: {}.\n", report.count(Cause::by_hand), report.count(Cause::unknown), known, waiting);
}

Json render_drift_json(const DriftReport& report) {
  Json rows = Json::array();
  for (const Difference& difference : report.differences) {
    Json row = {{"address", difference.address.text()}, {"path", difference.path}, {"cause", word(difference.cause)}, {"text", difference.text}};
    row["file"] = difference.file.empty() ? Json() : Json(difference.file);
    row["live"] = difference.live.empty() ? Json() : Json(difference.live);
    if (!difference.place.empty()) row["source"] = difference.place;
    if (!difference.known.empty()) row["known"] = difference.known;
    rows.push_back(std::move(row));
  }
  return {{"differences", std::move(rows)},
          {"summary", {{"by_hand", report.count(Cause::by_hand)}, {"unknown", report.count(Cause::unknown)}, {"not_applied", report.count(Cause::source)}, {"drifted", report.drifted()}}},
          {"known_expired", known_json(report.expired)},
          {"known_unused", known_json(report.unused)}};
}

}  // namespace berth::plan
