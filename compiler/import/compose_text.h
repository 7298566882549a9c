#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::importing {

/// `${NAME}` in a text of a compose file.
struct Variable {
  std::string name;
  std::optional<std::string> value;  ///< what stands for it when nobody sets it; nothing for `${NAME:?…}`
};

/// The text with its variables (`$NAME`, `${NAME:-default}` …) replaced by what `replace` gives, and `$$` by `$`.
std::string interpolated(std::string_view text, const std::function<std::string(const Variable&)>& replace);

/// Words of a command line, by the rules of quoting of a shell.
std::vector<std::string> shell_words(std::string_view text);

/// "1m30s", "90s", "1.5s" in milliseconds.
std::optional<std::int64_t> duration_ms(std::string_view text);

/// "512m", "1gb", "64MiB", "1024": bytes, binary as Docker counts.
std::optional<std::int64_t> byte_size(std::string_view text);

/// Lines of an env file, in order: KEY=value, quotes taken off, comments left out.
std::vector<std::pair<std::string, std::string>> env_lines(std::string_view text);

}  // namespace berth::importing
