#include "base/snippet.h"

#include <algorithm>
#include <cctype>

#include "base/credential.h"
#include "base/text_width.h"

namespace berth {

namespace {

constexpr int kTabStop = 4;
constexpr std::string_view kMask = "•";
constexpr std::size_t kMaskLength = 4;
constexpr std::string_view kUnreadable = "\xEF\xBF\xBD";
/// Bytes of a line that are made ready at most: far more than a terminal is wide.
constexpr std::size_t kWindow = 8192;
/// The same for programs.
constexpr std::size_t kTextWindow = 400;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

/// The name of the setting in front of a string that starts at `quote`: NAME = "…", NAME: "…" and "NAME": "…".
std::string_view setting_before(std::string_view line, std::size_t quote) {
  std::size_t at = quote;
  const auto skip_back = [&](auto matches) {
    while (at > 0 && matches(line[at - 1])) --at;
  };
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  skip_back(blank);
  if (at == 0 || (line[at - 1] != '=' && line[at - 1] != ':')) return {};
  --at;
  skip_back(blank);
  if (at > 0 && line[at - 1] == '"') --at;
  const std::size_t end = at;
  skip_back(is_word);
  return line.substr(at, end - at);
}

/// A range of bytes of a line.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// `size` bytes with `focus` in their middle, from one character's beginning to another's; the whole line when it is not longer.
Window window_around(std::string_view line, std::size_t focus, std::size_t size) {
  if (line.size() <= size) return {0, line.size()};
  focus = std::min(focus, line.size());
  const std::size_t wanted = std::min(focus - std::min(focus, size / 2), line.size() - size);
  Window window{wanted, wanted + size};
  while (window.begin > 0 && wanted - window.begin < 4 && is_continuation(line[window.begin])) --window.begin;
  while (window.end < line.size() && window.end - wanted < size + 4 && is_continuation(line[window.end])) ++window.end;
  return window;
}

}  // namespace

std::vector<CredentialRange> credential_ranges(std::string_view line) {
  std::vector<CredentialRange> secrets;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    std::size_t end = i + 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    end = std::min(end, line.size());
    const bool secret = names_credential(setting_before(line, i)) || looks_like_credential(line.substr(i + 1, end - i - 1));
    if (end > i + 1 && secret) secrets.push_back({i + 1, end});
    i = end;
  }
  return secrets;
}

SnippetLine::SnippetLine(std::string_view line, std::size_t focus) {
  const Window window = window_around(line, focus, kWindow);
  more_left_ = window.begin > 0;
  more_right_ = window.end < line.size();
  for (std::size_t at = window.begin; at < window.end;) {
    const CodePoint next = first_code_point(line.substr(at));
    Cell cell{at, 0, code_point_width(next.value), std::string(line.substr(at, next.bytes))};
    const bool invalid = next.value == 0xFFFD && next.bytes == 1;
    if (line[at] != '\t' && (invalid || is_unprintable(next.value))) {
      cell.text = kUnreadable;
      cell.width = 1;
    }
    cells_.push_back(std::move(cell));
    at += next.bytes;
  }
  mask_credentials(line);
  place_cells();
}

void SnippetLine::mask_credentials(std::string_view line) {
  for (const CredentialRange& secret : credential_ranges(line)) {
    bool first = true;
    for (Cell& cell : cells_) {
      if (cell.offset < secret.begin || cell.offset >= secret.end) continue;
      // The first character stands for all, so that the length is not told.
      cell.text.clear();
      cell.width = first ? static_cast<int>(kMaskLength) : 0;
      for (std::size_t i = 0; first && i < kMaskLength; ++i) cell.text += kMask;
      first = false;
    }
  }
}

void SnippetLine::place_cells() {
  int column = 0;
  for (Cell& cell : cells_) {
    cell.column = column;
    if (cell.text == "\t") {
      cell.width = kTabStop - column % kTabStop;
      cell.text.assign(static_cast<std::size_t>(cell.width), ' ');
    }
    column += cell.width;
  }
  end_column_ = column;
  last_column_ = column;
}

void SnippetLine::cut(int width, std::size_t focus) {
  if (end_column_ <= width || width < 8) return;
  const int wanted = column(focus);
  // A third of the room is for what comes before the focus.
  first_column_ = std::clamp(wanted - width / 3, 0, end_column_ - width);
  last_column_ = first_column_ + width;
}

std::string SnippetLine::text() const {
  std::string text;
  const bool cut_left = first_column_ > 0 || more_left_;
  const bool cut_right = last_column_ < end_column_ || more_right_;
  // The marks `…` take one column each inside the window.
  const int begin = first_column_ + (cut_left ? 1 : 0);
  const int end = last_column_ - (cut_right ? 1 : 0);
  int at = begin;
  for (const Cell& cell : cells_) {
    if (cell.column + cell.width <= begin || cell.column + cell.width > end) continue;
    // A wide character or tab that the left edge splits shows as blanks.
    if (cell.column < begin) {
      text.append(static_cast<std::size_t>(cell.column + cell.width - begin), ' ');
    } else {
      text += cell.text;
    }
    at = cell.column + cell.width;
  }
  if (cut_right) text.append(static_cast<std::size_t>(std::max(0, end - at)), ' ');
  return (cut_left ? "…" : "") + text + (cut_right ? "…" : "");
}

int SnippetLine::column(std::size_t offset) const {
  int column = end_column_;
  for (const Cell& cell : cells_) {
    if (cell.offset < offset) continue;
    column = cell.column;
    break;
  }
  return std::clamp(column, first_column_, last_column_) - first_column_;
}

std::string mask_credentials(std::string_view line) {
  std::string masked;
  std::size_t at = 0;
  for (const CredentialRange& secret : credential_ranges(line)) {
    masked += line.substr(at, secret.begin - at);
    for (std::size_t i = 0; i < kMaskLength; ++i) masked += kMask;
    at = secret.end;
  }
  return masked.append(line.substr(at));
}

std::string snippet_text(std::string_view line, std::size_t focus, const std::vector<CredentialRange>& credentials) {
  const Window window = window_around(line, focus, kTextWindow);
  std::string text;
  std::size_t at = window.begin;
  for (const CredentialRange& secret : credentials) {
    if (secret.end <= window.begin || secret.begin >= window.end) continue;
    text += line.substr(at, std::max(at, secret.begin) - at);
    for (std::size_t i = 0; i < kMaskLength; ++i) text += kMask;
    at = std::min(secret.end, window.end);
  }
  text += line.substr(at, window.end - at);
  return (window.begin > 0 ? "…" : "") + text + (window.end < line.size() ? "…" : "");
}

}  // namespace berth
