#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "planner/apply.h"

namespace berth::cli {

/// Writes an apply down while it runs, a JSON object a line, each on the disk before the next thing is done: what was planned, what was started, what came of it. A
/// file without a last line `end` is of an apply that was cut off. Passes everything on to another observer.
class EventStream final : public plan::Progress {
 public:
  /// `path`: "" writes nothing. The file is begun anew.
  static Result<std::unique_ptr<EventStream>> open(const std::string& path, plan::Progress& inner, const Clock& clock);
  EventStream(std::FILE* file, plan::Progress& inner, const Clock& clock) : file_(file), inner_(inner), clock_(clock) {}
  ~EventStream() override;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  void begin(const std::vector<plan::Action>& actions);
  void end(const plan::ApplyReport& report);

  void started(const plan::Action& action) override;
  void advanced(const plan::Action& action, const plan::ServiceProgress& progress) override;
  void done(const plan::Action& action, const plan::ActionResult& result) override;
  void failed(const plan::Action& action, const Error& error) override;
  void skipped(const plan::Action& action) override;
  [[nodiscard]] bool cancelled() override { return inner_.cancelled(); }

 private:
  void write(Json event, bool on_disk);

  std::FILE* file_;  ///< null = nothing is written
  plan::Progress& inner_;
  const Clock& clock_;
};

}  // namespace berth::cli
