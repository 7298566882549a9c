#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::format {

/// The texts of a `"""` string between its interpolations, so that the closing quotes stand at `indentation` and the string's value stays what
/// it is (syntax::remove_indentation says what that is). Nothing when the closing quotes do not stand alone on their line: the indentation is
/// part of the value then. Line ends become `\n` in either case.
std::optional<std::vector<std::string>> reindent(const std::vector<std::string_view>& texts, std::string_view indentation);

/// `text` with `\n` for `\r\n`, where that does not make another `\r\n`.
std::string with_plain_line_ends(std::string_view text);

}  // namespace berth::format
