#include "cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

extern char** environ;

namespace berth::cli {
namespace {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int terminal_columns(const std::map<std::string, std::string>& environment) {
  constexpr int kFallback = 100;
  constexpr int kNarrowest = 40;
  if (const auto set = environment.find("COLUMNS"); set != environment.end()) {
    const int columns = std::atoi(set->second.c_str());
    if (columns > 0) return std::max(columns, kNarrowest);
  }
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<int>(size.ws_col, kNarrowest);
  return kFallback;
}

}  // namespace

std::optional<std::string> Session::variable(const std::string& name) const {
  const auto found = environment.find(name);
  if (found == environment.end()) return std::nullopt;
  return found->second;
}

bool Session::has(const std::string& name) const { return !variable(name).value_or("").empty(); }

bool Session::can_ask() const { return in_is_tty && err_is_tty && !has("CI") && variable("BERTH_INPUT").value_or("") != "0"; }

bool Session::wants_color(bool is_tty) const {
  for (const char* force : {"CLICOLOR_FORCE", "FORCE_COLOR"}) {
    if (has(force) && variable(force) != "0") return true;
  }
  return is_tty && !has("NO_COLOR") && variable("TERM").value_or("") != "dumb";
}

bool Session::live_progress() const { return err_is_tty && !has("CI") && variable("TERM").value_or("") != "dumb"; }

Session real_session() {
  Session session;
  session.environment = process_environment();
  session.in = &std::cin;
  session.out = &std::cout;
  session.err = &std::cerr;
  session.in_is_tty = isatty(STDIN_FILENO) == 1;
  session.out_is_tty = isatty(STDOUT_FILENO) == 1;
  session.err_is_tty = isatty(STDERR_FILENO) == 1;
  session.columns = terminal_columns(session.environment);
  session.is_root = geteuid() == 0;
  std::error_code ignored;
  session.self = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  return session;
}

}  // namespace berth::cli
