#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::cli {

/// What a command accepts. A command declares its flags with the variables that receive them, then parse() fills them. Accepts `--flag=value` and
/// `--flag value`; `--` ends flags.
class Arguments {
 public:
  explicit Arguments(std::string command);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  /// An optional positional argument; what it is called in help, e.g. "PATH".
  void positional(const std::string& name, std::string& value, const std::string& doc);
  /// A positional argument that must be given.
  void required(const std::string& name, std::string& value, const std::string& doc);
  /// Any number of positional arguments.
  void positionals(const std::string& name, std::vector<std::string>& values, const std::string& doc);
  /// `--no-wait`; `names` as in "-f,--follow".
  void flag(const std::string& names, bool& value, const std::string& doc);
  /// `--out FILE`; `meta` is what stands for the value in help. `environment`, if any, is named in help.
  void option(const std::string& names, std::string& value, const std::string& meta, const std::string& doc, const std::string& environment = "");
  /// May be given several times.
  void repeated(const std::string& names, std::vector<std::string>& values, const std::string& meta, const std::string& doc,
                const std::string& environment = "");
  /// One of `choices`.
  void choice(const std::string& names, std::string& value, const std::vector<std::string>& choices, const std::string& doc);
  /// A number in minimum..maximum.
  void number(const std::string& names, std::size_t& value, std::size_t minimum, std::size_t maximum, const std::string& meta, const std::string& doc);

  /// Error "usage" says what is wrong, with the flag that may have been meant.
  Result<void> parse(const std::vector<std::string>& arguments);
  /// "usage: berth plan [flags] [PATH]".
  [[nodiscard]] std::string usage() const;
  /// The arguments and flags, a line each.
  [[nodiscard]] std::string describe() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berth::cli
