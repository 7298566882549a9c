#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace berth::test {

/// One `-- name --` section. `key` is the name, with " #2", " #3" added where the name was used before in the file.
struct CaseSection {
  std::string name;
  std::string key;
  /// The text itself, without the two escapes of the file form (see CaseFile).
  std::string text;

  bool operator==(const CaseSection&) const = default;
};

/// A test case as a text file: comment lines that say what it shows, then sections.
///
///     # What the case shows.
///     -- main.ecs --
///     cluster main {}
///     -- plan.txt --
///     ...
///
/// Parsing and printing is exact to the byte. Two escapes make every text possible: a line `\ no newline at end` ends a text that
/// has no final newline, and a line that would itself be a section marker has a backslash in front.
struct CaseFile {
  std::string path;
  /// The leading comment with its `#` and line ends.
  std::string comment;
  std::vector<CaseSection> sections;

  /// The section with this key, or null.
  [[nodiscard]] const CaseSection* find(std::string_view key) const;
  /// The text of that section, or "".
  [[nodiscard]] std::string text(std::string_view key) const;
  /// Replaces the section's text, or appends a new section.
  void set(std::string_view key, std::string text);
};

/// Errors (code "case"): no leading comment, text before the first section, no section.
Result<CaseFile> parse_case(std::string path, std::string_view text);

/// The file's bytes; the inverse of parse_case.
std::string print_case(const CaseFile& file);

}  // namespace berth::test
