#include "cli/event_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace berth::cli {
namespace {

Json event_of(const char* type, const plan::Action& action) {
  return {{"type", type}, {"id", action.id}, {"action", plan::word(action.verb)}, {"address", action.address.text()}};
}

}  // namespace

Result<std::unique_ptr<EventStream>> EventStream::open(const std::string& path, plan::Progress& inner, const Clock& clock) {
  if (path.empty()) return std::make_unique<EventStream>(nullptr, inner, clock);
  std::FILE* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return Error{"io", fmt::format("cannot write events to {}: {}", path, std::strerror(errno))};
  return std::make_unique<EventStream>(file, inner, clock);
}

EventStream::~EventStream() {
  if (file_ != nullptr) std::fclose(file_);
}

void EventStream::begin(const std::vector<plan::Action>& actions) {
  Json rows = Json::array();
  for (const plan::Action& action : actions) {
    rows.push_back({{"id", action.id}, {"action", plan::word(action.verb)}, {"address", action.address.text()}, {"after", action.after}});
  }
  write({{"type", "begin"}, {"format_version", "1.0"}, {"actions", std::move(rows)}}, true);
}

void EventStream::end(const plan::ApplyReport& report) {
  write({{"type", "end"},
         {"ok", report.ok()},
         {"interrupted", report.interrupted},
         {"done", report.count(plan::ActionState::done)},
         {"failed", report.count(plan::ActionState::failed)},
         {"not_attempted", report.count(plan::ActionState::not_attempted)}},
        true);
}

void EventStream::started(const plan::Action& action) {
  write(event_of("started", action), true);
  inner_.started(action);
}

void EventStream::advanced(const plan::Action& action, const plan::ServiceProgress& progress) {
  Json event = event_of("advanced", action);
  event.update({{"running", progress.running}, {"desired", progress.desired}, {"pending", progress.pending}, {"failed", progress.failed}, {"awaiting", progress.awaiting}});
  write(std::move(event), false);
  inner_.advanced(action, progress);
}

void EventStream::done(const plan::Action& action, const plan::ActionResult& result) {
  Json event = event_of("done", action);
  if (!result.arn.empty()) event["arn"] = result.arn;
  write(std::move(event), true);
  inner_.done(action, result);
}

void EventStream::failed(const plan::Action& action, const Error& error) {
  Json event = event_of("failed", action);
  event["error"] = {{"code", error.code}, {"message", error.message}};
  write(std::move(event), true);
  inner_.failed(action, error);
}

void EventStream::skipped(const plan::Action& action) {
  write(event_of("not-attempted", action), false);
  inner_.skipped(action);
}

void EventStream::write(Json event, bool on_disk) {
  if (file_ == nullptr) return;
  event["time"] = format_utc(clock_.now());
  const std::string line = canonical_json(event) + "\n";
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fflush(file_);
  if (on_disk) ::fdatasync(fileno(file_));
}

}  // namespace berth::cli
