#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace berth::sema {

/// A regular expression in RE2's notation: matching takes time in proportion to the text, whatever the pattern, so both may come from strangers.
class Pattern {
 public:
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  [[nodiscard]] bool matches_all(std::string_view text) const;
  [[nodiscard]] bool found_in(std::string_view text) const;
  /// How large it is when compiled: compiling it takes time in proportion.
  [[nodiscard]] std::size_t size() const;
  /// What is wrong with it, in RE2's words; "" when nothing is, and only then it may be used.
  [[nodiscard]] std::string wrong() const;

  static std::shared_ptr<const Pattern> make(std::string_view text);

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> expression);
  std::unique_ptr<re2::RE2> expression_;
};

/// The compiled pattern; nothing when it is malformed or too large.
std::shared_ptr<const Pattern> compile_pattern(std::string_view pattern);

}  // namespace berth::sema
