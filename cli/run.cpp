#include <algorithm>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/command.h"

namespace berth::cli {
namespace {

const Command* find_command(const std::vector<Command>& commands, const std::string& name) {
  for (const Command& command : commands) {
    if (command.name == name || (!command.alias.empty() && command.alias == name)) return &command;
  }
  return nullptr;
}

std::string overview(const std::vector<Command>& commands) {
  std::string text = "usage: berth COMMAND [flags] [PATH]\n\ncommands:\n";
  for (const Command& command : commands) text += fmt::format("  {:<9} {}\n", command.name, command.summary);
  text += fmt::format("  {:<9} {}\n", "help", "show what a command does, with examples");
  text += "\n`berth help COMMAND` tells more. PATH is a file or a directory of .ecs files, by default the current directory.\n";
  return text;
}

ExitCode usage_error(Session& session, const std::string& message, const std::string& hint) {
  *session.err << "error: " << message << "\n" << hint << "\n";
  return ExitCode::usage;
}

ExitCode unknown_command(const std::vector<Command>& commands, const std::string& name, Session& session) {
  std::vector<std::string> names{"help"};
  for (const Command& command : commands) {
    names.emplace_back(command.name);
    if (!command.alias.empty()) names.emplace_back(command.alias);
  }
  const auto near = suggest(name, names);
  return usage_error(session, fmt::format("there is no command `{}`{}", name, near ? fmt::format("; did you mean `{}`?", *near) : ""),
                     "`berth help` lists the commands");
}

std::string short_help(const Command& command) {
  Arguments arguments{std::string(command.name)};
  command.declare(arguments);
  return fmt::format("{}\n{}\n\n{}\n`berth help {}` tells more.\n", arguments.usage(), command.summary, arguments.describe(), command.name);
}

std::string long_help(const Command& command) {
  Arguments arguments{std::string(command.name)};
  command.declare(arguments);
  return fmt::format("{}\n{}\n\n{}", arguments.usage(), command.help, arguments.describe());
}

ExitCode help(const std::vector<Command>& commands, const std::vector<std::string>& arguments, Session& session) {
  if (arguments.empty()) {
    *session.out << overview(commands);
    return ExitCode::ok;
  }
  const Command* command = find_command(commands, arguments.front());
  if (command == nullptr) return unknown_command(commands, arguments.front(), session);
  *session.out << long_help(*command);
  return ExitCode::ok;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const std::string& text) { return text == "--help" || text == "-h"; });
}

}  // namespace

ExitCode run(const std::vector<Command>& commands, const std::vector<std::string>& arguments, Session& session) {
  if (arguments.empty()) {
    *session.err << overview(commands);
    return ExitCode::usage;
  }
  std::string name = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (name == "--help" || name == "-h") return help(commands, {}, session);
  if (name == "help") return help(commands, rest, session);
  if (name == "--version") name = "version";
  const Command* command = find_command(commands, name);
  if (command == nullptr) {
    if (name.front() == '-') return usage_error(session, fmt::format("a command goes before the flag `{}`", name), "`berth help` lists the commands");
    return unknown_command(commands, name, session);
  }
  if (asks_for_help(rest)) {
    *session.out << short_help(*command);
    return ExitCode::ok;
  }
  Arguments declared{std::string(command->name)};
  const Runner runner = command->declare(declared);
  if (const auto parsed = declared.parse(rest); !parsed) {
    return usage_error(session, parsed.error().message, fmt::format("`berth {} --help` lists its flags", command->name));
  }
  return runner(session);
}

}  // namespace berth::cli
