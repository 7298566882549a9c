#include "compiler/format/layout.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/check.h"
#include "base/text_width.h"
#include "compiler/format/block_string.h"
#include "compiler/format/spelling.h"

namespace berth::format {
namespace {

constexpr std::size_t kIndent = 2;
constexpr int kWidth = 100;
/// More settings than these are never on one line.
constexpr std::size_t kSettingsOnOneLine = 4;

/// An item with the comments on its last line, or comments of their own line.
struct Entity {
  std::string text;
  bool blank_before = false;
  bool is_comment = false;
  std::optional<ImportKey> import_key;

  [[nodiscard]] bool has_lines() const { return text.find('\n') != std::string::npos; }
};

class Layout {
 public:
  explicit Layout(const Pieces& pieces) : pieces_(pieces) {}

  std::string file();
  /// All of it on one line.
  std::string inline_text() { return flat(0, pieces_.size()); }

 private:
  [[nodiscard]] const Piece& piece(std::size_t i) const { return pieces_[i]; }
  [[nodiscard]] std::size_t next_visible(std::size_t i, std::size_t limit) const {
    while (i < limit && piece(i).kind == PieceKind::comment) ++i;
    return i;
  }
  /// The piece behind piece `i`, or behind what it opens.
  [[nodiscard]] std::size_t after(std::size_t i) const { return (piece(i).kind == PieceKind::open ? piece(i).match : i) + 1; }

  std::size_t item_end(std::size_t begin, std::size_t limit) const;
  [[nodiscard]] bool is_message(std::size_t i, std::size_t limit) const;
  [[nodiscard]] bool comma_belongs_to_item(std::size_t begin, std::size_t comma, std::size_t limit) const;
  [[nodiscard]] std::size_t count_items(std::size_t open) const;
  [[nodiscard]] bool can_be_flat(std::size_t open) const;
  [[nodiscard]] bool is_broken_parenthesis(std::size_t open) const;
  [[nodiscard]] bool keeps_break(std::size_t before, std::size_t i) const;

  std::string flat(std::size_t begin, std::size_t end);
  std::string string_text(const Piece& string, std::size_t indent);
  std::string spelled(std::size_t i, bool first_of_item, std::size_t indent);

  void newline(std::size_t indent);
  [[nodiscard]] int column() const;
  void put_items(std::size_t begin, std::size_t end, std::size_t indent, bool with_commas);
  void put_item(std::size_t begin, std::size_t end, std::size_t indent);
  void put_bracket(std::size_t open);
  std::vector<Entity> entities();
  std::size_t put_trailing_comments(std::size_t i, std::size_t end);

  const Pieces& pieces_;
  std::string out_;
  std::size_t base_ = 0;         ///< where the item began
  std::size_t line_indent_ = 0;  ///< of the line that is being written
};

// ---- reading -----------------------------------------------------------------------------------------------------------------------

/// Whether the string at `i` ends the item, or is the message of a `where` with another one behind it.
bool Layout::is_message(std::size_t i, std::size_t limit) const {
  if (i >= limit || piece(i).kind != PieceKind::string) return false;
  const std::size_t behind = next_visible(i + 1, limit);
  if (behind >= limit || piece(behind).kind == PieceKind::comma || piece(behind).is("where")) return true;
  for (std::size_t k = i + 1; k <= behind; ++k) {
    if (piece(k).separated) return true;
  }
  return false;
}

/// Commas that do not end the item which begins at `begin`: of `for k, v`, `from … import a, b`, `assert …, "…"`, `where …, "…"`.
bool Layout::comma_belongs_to_item(std::size_t begin, std::size_t comma, std::size_t limit) const {
  const Piece& first = piece(begin);
  const std::size_t second = next_visible(begin + 1, limit);
  if (first.kind == PieceKind::keyword && first.is("for")) return next_visible(second + 1, limit) == comma;
  if (first.kind == PieceKind::keyword && first.is("from") && piece(second).kind == PieceKind::string) return true;
  if (!is_message(next_visible(comma + 1, limit), limit)) return false;
  // The comma of a message is the first one behind its `assert` or `where`.
  bool takes_message = first.kind == PieceKind::keyword && first.is("assert") && !piece(second).is("=");
  for (std::size_t i = begin + 1; i < comma; i = after(i)) {
    if (piece(i).kind == PieceKind::keyword && piece(i).is("where")) takes_message = true;
    if (piece(i).kind == PieceKind::comma) takes_message = false;
  }
  return takes_message;
}

/// The end of the item at `begin`: behind its last piece that is no comment.
std::size_t Layout::item_end(std::size_t begin, std::size_t limit) const {
  for (std::size_t i = begin;;) {
    const std::size_t end = after(i);
    const std::size_t next = next_visible(end, limit);
    if (next >= limit) return end;
    for (std::size_t k = end; k <= next; ++k) {
      if (piece(k).separated) return end;
    }
    if (piece(next).kind == PieceKind::comma && !comma_belongs_to_item(begin, next, limit)) return end;
    i = next;
  }
}

std::size_t Layout::count_items(std::size_t open) const {
  const std::size_t close = piece(open).match;
  std::size_t count = 0;
  for (std::size_t i = next_visible(open + 1, close); i < close; i = next_visible(i, close)) {
    i = item_end(i, close);
    ++count;
    i = next_visible(i, close);
    if (i < close && piece(i).kind == PieceKind::comma) ++i;
  }
  return count;
}

/// Whether the bracket may be on one line: the author had it so, and nothing in it needs lines.
bool Layout::can_be_flat(std::size_t open) const {
  // So many pieces do not fit; looking at them at each level would take long.
  if (piece(open).match - open > 2 * static_cast<std::size_t>(kWidth)) return false;
  for (std::size_t i = open; i <= piece(open).match; ++i) {
    const Piece& each = piece(i);
    if (i > open && (each.newlines > 0 || each.is_body || each.kind == PieceKind::comment)) {
      return false;  // an `else` is marked like the body behind it
    }
    if (each.kind == PieceKind::string && each.text.find('\n') != std::string_view::npos) return false;
    if (each.is("{") && each.kind == PieceKind::open && count_items(i) > kSettingsOnOneLine) return false;
  }
  return true;
}

/// Whether each argument gets a line: the author began one behind the bracket or a comma, or there is a comment.
bool Layout::is_broken_parenthesis(std::size_t open) const {
  const std::size_t close = piece(open).match;
  if (open + 1 == close) return false;
  if (piece(open + 1).newlines > 0) return true;
  for (std::size_t i = open + 1; i < close; i = after(i)) {
    if (piece(i).kind == PieceKind::comment) return true;
    if (piece(i).kind == PieceKind::comma && i + 1 < close && piece(i + 1).newlines > 0) return true;
  }
  return false;
}

/// Whether the author's line break between two pieces of an item stays: at an operator, or behind a comma.
bool Layout::keeps_break(std::size_t before, std::size_t i) const {
  const Piece& left = piece(before);
  const Piece& right = piece(i);
  if (right.newlines == 0) return false;
  if (right.is("else") && left.kind == PieceKind::close) return false;
  return goes_on_behind(left) || goes_on_before(right);
}

// ---- writing -----------------------------------------------------------------------------------------------------------------------

void Layout::newline(std::size_t indent) {
  out_ += '\n';
  out_.append(indent, ' ');
  line_indent_ = indent;
}

int Layout::column() const {
  // A line of more bytes is too long for anything, and is not measured again and again.
  constexpr std::size_t kBytes = 16 * static_cast<std::size_t>(kWidth);
  const std::string_view tail = std::string_view(out_).substr(out_.size() - std::min(out_.size(), kBytes));
  const std::size_t newline = tail.rfind('\n');
  if (newline == std::string_view::npos && tail.size() < out_.size()) return kWidth;
  return display_width(tail.substr(newline == std::string_view::npos ? 0 : newline + 1));
}

std::string Layout::string_text(const Piece& string, std::size_t indent) {
  if (string.runs.size() == 1 && !string.is_block_string) return plain_spelling(string.text);
  std::vector<std::string_view> texts;
  for (const StringRun& run : string.runs) {
    if (!run.is_interpolation) texts.push_back(run.text);
  }
  std::optional<std::vector<std::string>> moved;
  if (string.is_block_string) moved = reindent(texts, std::string(indent + kIndent, ' '));
  const std::size_t quotes = string.text.find('"') + (string.is_block_string ? 3 : 1);
  std::string out(string.text.substr(0, quotes));
  std::size_t text = 0;
  for (const StringRun& run : string.runs) {
    if (!run.is_interpolation) {
      out += moved ? (*moved)[text] : with_plain_line_ends(run.text);
      ++text;
    } else if (run.text.find_first_of("\n\r") != std::string_view::npos) {
      out += with_plain_line_ends(run.text);
    } else {
      out += "${" + Layout(run.inside).inline_text() + "}";
    }
  }
  out += string.is_block_string ? "\"\"\"" : "\"";
  return out;
}

std::string Layout::spelled(std::size_t i, bool first_of_item, std::size_t indent) {
  const Piece& each = piece(i);
  switch (each.kind) {
    case PieceKind::number: {
      const bool has_unit = i + 1 < pieces_.size() && (piece(i + 1).is_unit || piece(i + 1).kind == PieceKind::percent);
      return has_unit ? plain_digits(each.text) : std::string(each.text);
    }
    case PieceKind::string: {
      const bool is_key = first_of_item && i + 1 < pieces_.size() && piece(i + 1).is("=");
      if (is_key && each.text.front() == '"' && is_name(each.text.substr(1, each.text.size() - 2))) {
        return std::string(each.text.substr(1, each.text.size() - 2));
      }
      return string_text(each, indent);
    }
    default: return std::string(each.text);
  }
}

/// Pieces without line breaks, separators as commas.
std::string Layout::flat(std::size_t begin, std::size_t end) {
  std::string text;
  bool first_of_item = begin == 0 || piece(begin - 1).is("{");
  for (std::size_t i = begin; i < end; ++i) {
    const Piece& each = piece(i);
    const bool is_trailing_comma = each.kind == PieceKind::comma && i + 1 < end && piece(i + 1).kind == PieceKind::close;
    if (is_trailing_comma) continue;
    std::size_t before = i;
    while (before > begin && (before == i || (piece(before).kind == PieceKind::comma && each.kind == PieceKind::close))) --before;
    if (i > begin && has_gap(piece(before), each)) text += ' ';
    text += spelled(i, first_of_item, line_indent_);
    first_of_item = (each.is("{") && each.kind == PieceKind::open) || each.kind == PieceKind::comma;
  }
  return text;
}

void Layout::put_bracket(std::size_t open) {
  const Piece& bracket = piece(open);
  const std::size_t close = bracket.match;
  if (bracket.is("(") && !is_broken_parenthesis(open)) {
    out_ += '(';
    std::size_t end = close;
    if (end > open + 1 && piece(end - 1).kind == PieceKind::comma) --end;
    if (end > open + 1) put_item(open + 1, end, base_);
    out_ += ')';
    return;
  }
  if (close == open + 1 || (!bracket.is("(") && can_be_flat(open))) {
    const std::string text = flat(open, close + 1);
    if (close == open + 1 || column() + display_width(text) <= kWidth) {
      out_ += text;
      return;
    }
  }
  out_ += bracket.text;
  const std::size_t outer_base = base_;
  const std::size_t indent = bracket.is_body ? base_ : line_indent_;
  put_items(open + 1, close, indent + kIndent, bracket.is("("));
  base_ = outer_base;
  newline(indent);
  out_ += piece(close).text;
}

/// Pieces [begin, end) of one item, at the place that has been reached.
void Layout::put_item(std::size_t begin, std::size_t end, std::size_t indent) {
  base_ = indent;
  bool behind_comment = false;
  std::size_t before = begin;
  std::size_t visible = begin;
  for (std::size_t i = begin; i < end; i = after(i)) {
    const Piece& each = piece(i);
    // A comment between `}` and `else` stands where these do.
    if (visible < i) visible = next_visible(i, end);
    const bool before_else = visible < end && piece(visible).is("else") && piece(before).kind == PieceKind::close;
    const std::size_t continuation = before_else ? indent : indent + kIndent;
    if (each.kind == PieceKind::comment) {
      if (each.newlines > 0) {
        newline(continuation);
      } else {
        out_ += ' ';
      }
      out_ += each.text;
      behind_comment = true;
      continue;
    }
    if (i > begin) {
      if (behind_comment || keeps_break(before, i)) {
        newline(continuation);
      } else if (has_gap(piece(before), each)) {
        out_ += ' ';
      }
    }
    behind_comment = false;
    if (each.kind == PieceKind::open) {
      put_bracket(i);
      before = each.match;
    } else {
      const bool is_key = i == begin && (i == 0 || !(piece(i - 1).is("(") || piece(i - 1).is("[")));
      out_ += spelled(i, is_key, line_indent_);
      before = i;
    }
  }
}

/// Comments on the line that has been written; returns the piece behind them.
std::size_t Layout::put_trailing_comments(std::size_t i, std::size_t end) {
  while (i < end && piece(i).kind == PieceKind::comment && piece(i).newlines == 0) {
    out_ += ' ';
    out_ += piece(i++).text;
  }
  return i;
}

/// What stands in a bracket, an item or comment a line.
void Layout::put_items(std::size_t begin, std::size_t end, std::size_t indent, bool with_commas) {
  std::size_t i = put_trailing_comments(begin, end);
  bool is_first = true;
  while (i < end) {
    if (piece(i).newlines > 1 && !is_first) out_ += '\n';
    is_first = false;
    newline(indent);
    if (piece(i).kind == PieceKind::comment) {
      out_ += piece(i++).text;
      continue;
    }
    const std::size_t stop = item_end(i, end);
    put_item(i, stop, indent);
    i = stop;
    const std::size_t comma = next_visible(i, end);
    const bool has_comma = comma < end && piece(comma).kind == PieceKind::comma;
    if (with_commas && has_comma && next_visible(comma + 1, end) < end) out_ += ',';
    i = put_trailing_comments(i, end);
    if (i == comma && has_comma) i = put_trailing_comments(comma + 1, end);
  }
}

/// The items of the file.
std::vector<Entity> Layout::entities() {
  std::vector<Entity> all;
  const std::size_t end = pieces_.size();
  for (std::size_t i = 0; i < end;) {
    Entity entity;
    entity.blank_before = piece(i).newlines > 1;
    out_.clear();
    line_indent_ = 0;
    if (piece(i).kind == PieceKind::comment) {
      entity.is_comment = true;
      out_ = piece(i++).text;
    } else {
      const std::size_t stop = item_end(i, end);
      entity.import_key = import_key(pieces_, i, stop);
      put_item(i, stop, 0);
      i = put_trailing_comments(stop, end);
    }
    entity.text = out_;
    all.push_back(std::move(entity));
  }
  return all;
}

/// Sorts each run of imports, with the comments directly above each; a run that is sorted stays as it is.
void sort_imports(std::vector<Entity>& entities) {
  using Block = std::vector<Entity>;
  std::vector<Block> run;
  std::size_t run_begin = 0;
  const auto key = [](const Block& block) { return *block.back().import_key; };
  const auto finish = [&](std::size_t run_end) {
    const auto less = [&](const Block& a, const Block& b) { return key(a) < key(b); };
    if (!std::is_sorted(run.begin(), run.end(), less)) {
      const bool blank = run.front().front().blank_before;
      std::stable_sort(run.begin(), run.end(), less);
      std::size_t at = run_begin;
      for (Block& block : run) {
        block.front().blank_before = at == run_begin && blank;
        for (Entity& entity : block) entities[at++] = std::move(entity);
      }
      BERTH_CHECK(at == run_end, "sorting imports keeps them");
    }
    run.clear();
  };
  std::size_t i = 0;
  while (i < entities.size()) {
    std::size_t last = i;
    while (last < entities.size() && entities[last].is_comment && last + 1 < entities.size() && !entities[last + 1].blank_before) ++last;
    if (last >= entities.size() || !entities[last].import_key) {
      if (!run.empty()) finish(i);
      i = std::max(last, i) + 1;
      continue;
    }
    if (run.empty()) run_begin = i;
    run.emplace_back(entities.begin() + static_cast<std::ptrdiff_t>(i), entities.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    i = last + 1;
  }
  if (!run.empty()) finish(entities.size());
}

/// Whether the entity at `i` or the item that it is a comment of takes several lines.
bool leads_to_lines(const std::vector<Entity>& all, std::size_t i) {
  while (all[i].is_comment && i + 1 < all.size() && !all[i + 1].blank_before) ++i;
  return !all[i].is_comment && all[i].has_lines();
}

std::string Layout::file() {
  std::vector<Entity> all = entities();
  sort_imports(all);
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool is_set_off = i > 0 && !all[i - 1].is_comment && (all[i - 1].has_lines() || leads_to_lines(all, i));
    if (i > 0 && (all[i].blank_before || is_set_off)) text += '\n';
    text += all[i].text;
    text += '\n';
  }
  return text;
}

}  // namespace

std::string lay_out(const Pieces& pieces) { return Layout(pieces).file(); }

}  // namespace berth::format
