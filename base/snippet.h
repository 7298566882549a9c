#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// A source line made ready for a terminal: tabs expanded, dangerous characters replaced, credentials masked, cut to a width, and
/// still able to say in which terminal column a byte of the original is. Of a very long line it knows the part around byte `focus` only.
class SnippetLine {
 public:
  explicit SnippetLine(std::string_view line, std::size_t focus = 0);

  /// Keeps `width` columns, chosen so that byte `focus` is among them; what is cut off shows as `…`.
  void cut(int width, std::size_t focus);

  [[nodiscard]] std::string text() const;

  /// Column (from 0) where byte `offset` of the original line starts; behind the text for an offset at or behind its end.
  [[nodiscard]] int column(std::size_t offset) const;

 private:
  struct Cell {
    std::size_t offset;
    int column;
    int width;
    std::string text;
  };

  void mask_credentials(std::string_view line);
  void place_cells();

  std::vector<Cell> cells_;
  bool more_left_ = false;  ///< there is text in front of the cells
  bool more_right_ = false;
  int end_column_ = 0;
  int first_column_ = 0;
  int last_column_ = 0;
};

/// `line` with the strings of settings that look like credentials replaced by "••••".
std::string mask_credentials(std::string_view line);

/// Half-open range of bytes between the quotes of a string that looks like a credential.
struct CredentialRange {
  std::size_t begin;
  std::size_t end;
};

/// What is masked in a line, from its beginning to its end.
std::vector<CredentialRange> credential_ranges(std::string_view line);

/// The line for programs: its `credentials` masked; of a long line some hundred bytes around byte `focus`, with `…` for what is left out.
std::string snippet_text(std::string_view line, std::size_t focus, const std::vector<CredentialRange>& credentials);

}  // namespace berth
