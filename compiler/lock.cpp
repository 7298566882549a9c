#include "compiler/lock.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"

namespace berth {
namespace {

struct Word {
  std::string_view text;
  Span span;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_hash(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.size() == kPrefix.size() + 64 && text.starts_with(kPrefix) &&
         text.substr(kPrefix.size()).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_number(text.substr(0, 4)) && is_number(text.substr(5, 2)) && is_number(text.substr(8));
}

/// Whether a path stays below where it starts.
bool is_inner_path(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return true;
}

class LockReader {
 public:
  LockReader(SourceId source, const SourceSet& sources, DiagnosticSink& sink) : source_(source), text_(sources.file(source).text()), sink_(sink) {}

  Lock run() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end);
      begin = end + 1;
    }
    return std::move(lock_);
  }

 private:
  void line(std::size_t begin, std::size_t end) {
    const std::vector<Word> words = words_of(begin, begin + std::min(text_.substr(begin, end - begin).find('#'), end - begin));
    if (words.empty()) return;
    const Word& kind = words.front();
    const Span whole{source_, words.front().span.begin, words.back().span.end};
    if (kind.text == "image") return image(words, whole);
    if (kind.text == "module") return module(words, whole);
    if (kind.text == "schema") return schema(words, whole);
    if (kind.text.starts_with("<<<<<<<") || kind.text.starts_with("=======") || kind.text.starts_with(">>>>>>>")) {
      if (std::exchange(merging_, true)) return;
      sink_.report("E0235", whole, "berth.lock has an unresolved merge", "two versions of these lines meet here").help("keep the lines of both sides, and of two for one name the one that is meant");
      return;
    }
    static const std::array<std::string, 3> kKinds{"image", "module", "schema"};
    Diagnostic& diagnostic = sink_.report("E0235", kind.span, fmt::format("a line of berth.lock cannot begin with `{}`", kind.text), "not a kind of entry");
    if (const auto near = suggest(kind.text, kKinds)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *near)).fix(kind.span, *near);
    } else {
      diagnostic.help("a line is `image …`, `module …` or `schema …`");
    }
  }

  std::vector<Word> words_of(std::size_t begin, std::size_t end) const {
    std::vector<Word> words;
    while (begin < end) {
      if (is_blank(text_[begin])) {
        ++begin;
        continue;
      }
      std::size_t last = begin;
      while (last < end && !is_blank(text_[last])) ++last;
      words.push_back({text_.substr(begin, last - begin), {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(last)}});
      begin = last;
    }
    return words;
  }

  /// `image REFERENCE HASH [N platforms] [locked DATE]`; the end is for people.
  void image(const std::vector<Word>& words, const Span& whole) {
    constexpr std::string_view kForm = "image  REFERENCE  sha256:…  [N platforms]  [locked YYYY-MM-DD]";
    if (words.size() < 3) return incomplete(whole, kForm);
    if (!hash(words[2])) return;
    std::size_t next = 3;
    if (next + 1 < words.size() && is_number(words[next].text) && (words[next + 1].text == "platforms" || words[next + 1].text == "platform")) next += 2;
    if (next + 1 < words.size() && words[next].text == "locked" && is_date(words[next + 1].text)) next += 2;
    if (next < words.size()) return unexpected(words[next], kForm);
    add(lock_.images, std::string(words[1].text), Lock::Image{.hash = std::string(words[2].text), .span = whole});
  }

  void module(const std::vector<Word>& words, const Span& whole) {
    constexpr std::string_view kForm = "module  HOST/PATH@VERSION  sha256:…  DIRECTORY";
    if (words.size() < 4) return incomplete(whole, kForm);
    if (words.size() > 4) return unexpected(words[4], kForm);
    if (!hash(words[2])) return;
    if (!is_inner_path(words[3].text)) {
      sink_.report("E0235", words[3].span, "the files of a module lie below the directory of berth.lock", "this path leads elsewhere").help("write it like `vendor/github.com/org/repo@1.2.3`");
      return;
    }
    add(lock_.modules, std::string(words[1].text), Lock::Module{.hash = std::string(words[2].text), .path = std::string(words[3].text), .span = whole});
  }

  void schema(const std::vector<Word>& words, const Span& whole) {
    constexpr std::string_view kForm = "schema  NAME  VERSION  sha256:…";
    if (words.size() < 4) return incomplete(whole, kForm);
    if (words.size() > 4) return unexpected(words[4], kForm);
    if (!hash(words[3])) return;
    add(lock_.schemas, std::string(words[1].text), Lock::Schema{.version = std::string(words[2].text), .hash = std::string(words[3].text), .span = whole});
  }

  bool hash(const Word& word) {
    if (is_hash(word.text)) return true;
    sink_.report("E0235", word.span, "this is no hash", "`sha256:` and 64 lower-case hexadecimal digits belong here").note("each line of berth.lock says which bytes its name stands for");
    return false;
  }
  void incomplete(const Span& whole, std::string_view form) {
    sink_.report("E0235", whole, "a line of berth.lock is incomplete", "something is missing").help(fmt::format("the form is `{}`", form));
  }
  void unexpected(const Word& word, std::string_view form) {
    sink_.report("E0235", word.span, fmt::format("`{}` does not belong in this line of berth.lock", word.text), "not expected").help(fmt::format("the form is `{}`", form));
  }

  template <class Entry>
  void add(std::map<std::string, Entry>& entries, std::string name, Entry entry) {
    const Span span = entry.span;
    const auto [before, added] = entries.emplace(std::move(name), std::move(entry));
    if (added) return;
    sink_.report("E0235", span, fmt::format("berth.lock has two lines for {}", before->first), "the second one").label(before->second.span, "the first one").help("keep one of them");
  }

  SourceId source_;
  std::string_view text_;
  DiagnosticSink& sink_;
  Lock lock_;
  bool merging_ = false;  ///< marks of a merge were reported
};

}  // namespace

Lock parse_lock(SourceId source, const SourceSet& sources, DiagnosticSink& sink) { return LockReader(source, sources, sink).run(); }

}  // namespace berth
