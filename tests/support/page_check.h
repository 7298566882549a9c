#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace berth::test {

/// Reads a page as XML and says, a line each, what is wrong with it: elements that do not nest, attributes without quotes, characters that are not
/// escaped; and whatever would fetch or run something: scripts, handlers, `src`, styles with url(…), links that do not begin with `link_base`.
class PageReader {
 public:
  PageReader(std::string_view text, std::string_view link_base) : text_(text), link_base_(link_base) {}

  std::string faults() {
    constexpr std::string_view kDoctype = "<!DOCTYPE html>\n";
    if (text_.substr(0, kDoctype.size()) != kDoctype) fault("no doctype");
    else at_ = kDoctype.size();
    while (at_ < text_.size() && faults_.size() < 2000) {
      text_[at_] == '<' ? tag() : character();
    }
    if (!open_.empty()) fault("not closed: " + open_.back());
    return faults_;
  }

 private:
  void fault(const std::string& what) { faults_ += fmt::format("page of HTML, byte {}: {}\n", at_, what); }

  void character() {
    if (text_[at_] == '&') {
      bool known = false;
      for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) known = known || text_.substr(at_, entity.size()) == entity;
      if (!known) fault("an & that begins nothing");
    }
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte < 0x20 && byte != '\n' && byte != '\t') fault("a control character");
    if (text_[at_] == '>') fault("a > outside of a tag");
    ++at_;
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-')) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  void attribute(const std::string& element) {
    const std::string attribute = name();
    if (attribute.empty() || text_.substr(at_, 2) != "=\"") {
      fault("not an attribute in " + element);
      at_ = text_.size();
      return;
    }
    at_ += 2;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '<') fault("a < in a value");
      text_[at_] == '>' ? static_cast<void>(++at_) : character();
    }
    const std::string_view value = text_.substr(begin, at_ - begin);
    ++at_;
    if (attribute == "src" || attribute.rfind("on", 0) == 0 || attribute == "style") fault("an attribute " + attribute);
    if (attribute == "href" && value.substr(0, link_base_.size()) != link_base_) fault("a link elsewhere");
  }

  void tag() {
    ++at_;
    if (text_.substr(at_, 1) == "/") {
      ++at_;
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed) fault("closes what is not open: " + closed);
      else open_.pop_back();
      if (text_.substr(at_, 1) != ">") fault("not a closing tag");
      ++at_;
      return;
    }
    const std::string element = name();
    if (element.empty()) return fault("a < that begins no tag");
    for (const std::string_view banned : {"script", "link", "img", "image", "iframe", "object", "embed", "use", "form"}) {
      if (element == banned) fault("an element " + element);
    }
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
      attribute(element);
    }
    if (text_.substr(at_, 2) == "/>") {
      at_ += 2;
      return;
    }
    if (text_.substr(at_, 1) != ">") return fault("not a tag: " + element);
    ++at_;
    open_.push_back(element);
    if (element == "style") style();
  }

  void style() {
    const std::size_t end = text_.find("</style>", at_);
    const std::string_view body = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    if (body.find("url(") != std::string_view::npos || body.find("@import") != std::string_view::npos) fault("a style that fetches something");
    at_ += body.size();
  }

  std::string_view text_;
  std::string_view link_base_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::string faults_;
};

inline std::string html_faults(const std::string& text, std::string_view link_base) { return PageReader(text, link_base).faults(); }

/// What is wrong with a page of Markdown: folds that do not close, tags outside of code that are none of ours, rows with another number of columns than
/// their table's head.
inline std::string markdown_faults(const std::string& text) {
  std::string faults;
  std::size_t folds = 0;
  std::size_t columns = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (line.rfind("<details>", 0) == 0) ++folds;
    if (line == "</details>") --folds;
    std::size_t bars = 0;
    std::size_t fence = 0;  // backticks that end the code we are in
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
      if (line[i] == '`' && (fence > 0 || i == 0 || line[i - 1] != '\\')) {
        const std::size_t run = std::min(line.find_first_not_of('`', i), line.size()) - i;
        if (fence == 0 || fence == run) fence = fence == 0 ? run : 0;
        i += run - 1;
      }
      const bool ours = line.rfind("<details><summary>", 0) == 0 || line == "</details>" || line.rfind("<sub>", 0) == 0;
      if (line[i] == '<' && fence == 0 && !ours && (i == 0 || line[i - 1] != '\\')) faults += fmt::format("page of Markdown: a tag in: {}\n", line);
    }
    if (line.empty() || line.front() != '|') columns = 0;
    else if (columns == 0) columns = bars;
    else if (bars != columns) faults += fmt::format("page of Markdown: {} columns, not {}: {}\n", bars, columns, line);
  }
  if (folds != 0) faults += "page of Markdown: a fold is not closed\n";
  return faults;
}

}  // namespace berth::test
