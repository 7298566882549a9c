#pragma once

#include <atomic>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>

#include "providers/ecs/waiting_clock.h"

namespace berth::cli {

/// The surroundings of one run: environment, terminals, time. Commands read the process's state from here only.
struct Session {
  std::map<std::string, std::string> environment;
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  ///< results
  std::ostream* err = nullptr;  ///< progress and messages
  bool in_is_tty = false;
  bool out_is_tty = false;
  bool err_is_tty = false;
  int columns = 100;
  bool is_root = false;
  std::string self;  ///< path of the running binary
  provider::WaitingClock* clock = nullptr;
  std::atomic<bool>* stop = nullptr;  ///< true after the first Ctrl-C

  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const;
  /// Set and not empty.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Whether a question would reach a person: stdin and stderr are terminals, and neither CI nor BERTH_INPUT=0 says otherwise.
  [[nodiscard]] bool can_ask() const;
  /// Whether colours are wanted on a stream: CLICOLOR_FORCE and FORCE_COLOR, else NO_COLOR, TERM=dumb and whether it is a terminal.
  [[nodiscard]] bool wants_color(bool is_tty) const;
  /// Whether lines on stderr may be rewritten.
  [[nodiscard]] bool live_progress() const;
};

/// The session of this process.
Session real_session();

}  // namespace berth::cli
