#include "cli/apply_progress.h"

#include <ostream>

#include <fmt/format.h>

namespace berth::cli {
namespace {

/// The terminal shows this many lines at most; the rest is counted.
constexpr std::size_t kLinesShown = 12;

std::string_view being_done(plan::Verb verb) {
  switch (verb) {
    case plan::Verb::create: return "creating";
    case plan::Verb::register_revision: return "registering";
    case plan::Verb::update: return "updating";
    case plan::Verb::redeploy: return "starting a deployment";
    case plan::Verb::attach: return "attaching its capacity";
    case plan::Verb::destroy: return "destroying";
    case plan::Verb::deregister: return "deregistering";
    case plan::Verb::detach: return "detaching capacity";
    case plan::Verb::await_stable: return "waiting until stable";
    case plan::Verb::await_gone: return "waiting until gone";
  }
  return "";
}

std::string what_was_done(const plan::Action& action, const plan::ActionResult& result) {
  const std::string revision = fmt::format("{}:{}", result.name, result.revision);
  switch (action.verb) {
    case plan::Verb::create: return "created";
    case plan::Verb::register_revision: return fmt::format("registered {}", revision);
    case plan::Verb::update: return "updated";
    case plan::Verb::redeploy: return "a deployment is started";
    case plan::Verb::attach: return "its capacity is attached";
    case plan::Verb::destroy: return "destroyed";
    case plan::Verb::deregister: return fmt::format("deregistered {}", revision);
    case plan::Verb::detach: return "what is not wanted is detached";
    case plan::Verb::await_stable: return "stable";
    case plan::Verb::await_gone: return "gone";
  }
  return "";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string describe(const plan::ServiceProgress& progress) {
  std::string text = fmt::format("{}/{} running", progress.running, progress.desired);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  if (!progress.awaiting.empty()) text += ", waiting for " + progress.awaiting;
  return text;
}

ApplyProgress::~ApplyProgress() { clear_lines(); }

void ApplyProgress::started(const plan::Action& action) {
  started_at_[action.id] = session_.clock->now();
  set_line(action, fmt::format("{}: {}", action.address.text(), being_done(action.verb)));
}

void ApplyProgress::advanced(const plan::Action& action, const plan::ServiceProgress& progress) {
  const std::string line = fmt::format("{}: {}", action.address.text(), describe(progress));
  if (live_) {
    set_line(action, line);
  } else {
    say(line);
  }
}

void ApplyProgress::done(const plan::Action& action, const plan::ActionResult& result) {
  lines_.erase(action.id);
  std::string line = fmt::format("{}: {}", action.address.text(), what_was_done(action, result));
  const Milliseconds took = std::chrono::duration_cast<Milliseconds>(session_.clock->now() - started_at_[action.id]);
  if (took >= Milliseconds(1000)) line += fmt::format(" after {}", format_duration(took));
  say(line);
}

void ApplyProgress::failed(const plan::Action& action, const Error& error) {
  lines_.erase(action.id);
  // A wait ends at once on Ctrl-C, before anybody asks.
  static_cast<void>(cancelled());
  say(fmt::format("{}: {}", action.address.text(), first_line(error.message)));
}

bool ApplyProgress::cancelled() {
  const bool stop = session_.stop->load();
  if (stop && !said_stop_) {
    said_stop_ = true;
    say("stopping: nothing new is started, what is under way comes to its end; Ctrl-C again to leave at once");
  }
  return stop;
}

void ApplyProgress::say(const std::string& line) {
  clear_lines();
  *session_.err << line << "\n";
  draw_lines();
}

void ApplyProgress::set_line(const plan::Action& action, const std::string& text) {
  if (!live_) return;
  clear_lines();
  lines_[action.id] = text;
  draw_lines();
}

void ApplyProgress::clear_lines() {
  if (drawn_ > 0) *session_.err << fmt::format("\x1b[{}A\x1b[J", drawn_);
  drawn_ = 0;
  session_.err->flush();
}

void ApplyProgress::draw_lines() {
  if (live_) {
    for (const auto& [id, text] : lines_) {
      if (drawn_ == kLinesShown) break;
      // A line that wraps could not be taken back.
      *session_.err << "  " << text.substr(0, static_cast<std::size_t>(session_.columns) - 3) << "\n";
      ++drawn_;
    }
    if (lines_.size() > kLinesShown) {
      *session_.err << fmt::format("  … and {} more\n", lines_.size() - kLinesShown);
      ++drawn_;
    }
  }
  session_.err->flush();
}

}  // namespace berth::cli
