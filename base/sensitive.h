#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace berth {

class SensitivePage;

/// A text that must not be shown: it cannot be printed, formatted, serialised or compared, only revealed by name. Its bytes lie in pages that are
/// left out of core dumps and, where the system's limit allows, never swapped out; they are overwritten when it is destroyed. What held the text
/// before (a source file, an intermediate result, a request) is ordinary memory, for which none of this can be claimed.
/// Immutable; any thread may make, read and destroy one.
class SensitiveText {
 public:
  explicit SensitiveText(std::string_view clear);
  ~SensitiveText();
  SensitiveText(const SensitiveText&) = delete;
  SensitiveText& operator=(const SensitiveText&) = delete;

  /// The text itself: for whoever has to send it. Every call stands out in a search for this word.
  [[nodiscard]] std::string_view reveal() const { return {data_, size_}; }
  /// "~a41f": equal texts have equal marks under one key, and without the key a mark says nothing. "" when there is no key.
  [[nodiscard]] std::string mark(std::string_view key) const;

  friend std::ostream& operator<<(std::ostream&, const SensitiveText&) = delete;
  template <class Json>
  friend void to_json(Json&, const SensitiveText&) = delete;

 private:
  std::shared_ptr<SensitivePage> page_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace berth
