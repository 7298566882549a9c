#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::importing {

/// A parameter that stands in a text: texts of an import hold `parameter_mark("tag")` where the source is to say `${tag}`.
std::string parameter_mark(std::string_view parameter);

/// The name in a text that is one mark and nothing else; "" when it is not.
std::string lone_parameter(std::string_view text);

/// Takes marks out that an input has by itself: nobody can write parameters by guessing how they are marked.
std::string without_marks(std::string_view text);

/// The text as a literal of the language, with `${name}` for marks.
std::string quote(std::string_view text);

/// A key, label or name: bare where it may be, else in quotes.
std::string key_text(std::string_view name);

/// `HEAD { items }`: on one line when that is short, else an item a line.
std::string braces(const std::string& head, const std::vector<std::string>& items);

/// `[a, b]`.
std::string brackets(const std::vector<std::string>& items);

}  // namespace berth::importing
