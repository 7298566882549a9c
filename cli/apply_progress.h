#pragma once

#include <map>
#include <string>

#include "cli/session.h"
#include "planner/progress.h"

namespace berth::cli {

/// Shows an apply while it runs, on stderr: on a terminal one line per waiting service that is rewritten, otherwise a line for each thing that
/// happens. Ends the apply when the user has pressed Ctrl-C.
class ApplyProgress final : public plan::Progress {
 public:
  explicit ApplyProgress(Session& session) : session_(session), live_(session.live_progress()) {}
  ~ApplyProgress() override;
  ApplyProgress(const ApplyProgress&) = delete;
  ApplyProgress& operator=(const ApplyProgress&) = delete;

  void started(const plan::Action& action) override;
  void advanced(const plan::Action& action, const plan::ServiceProgress& progress) override;
  void done(const plan::Action& action, const plan::ActionResult& result) override;
  void failed(const plan::Action& action, const Error& error) override;
  [[nodiscard]] bool cancelled() override;

 private:
  void say(const std::string& line);
  void set_line(const plan::Action& action, const std::string& text);
  void clear_lines();
  void draw_lines();

  Session& session_;
  bool live_;
  bool said_stop_ = false;
  std::map<std::size_t, Timestamp> started_at_;
  std::map<std::size_t, std::string> lines_;  ///< of actions under way
  std::size_t drawn_ = 0;                     ///< lines on the terminal that will be rewritten
};

/// "2/3 running, 1 failed, waiting for 1 task to start".
std::string describe(const plan::ServiceProgress& progress);

}  // namespace berth::cli
