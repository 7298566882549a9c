#pragma once

#include <string>

namespace berth::format {

struct Formatted {
  std::string text;
  /// False when there are syntax errors: the items that have them are as they were, byte for byte.
  bool complete = true;
};

/// The text of an .ecs file in the canonical style (docs/language.md says which). Formatting again changes nothing.
Formatted format(const std::string& text);

}  // namespace berth::format
