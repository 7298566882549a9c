#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace berth {

/// Writes JSON as it is told, without a tree of it in memory: for large documents. With keys told in byte order it writes the very bytes that
/// canonical_json() or pretty_json() (but for the final newline) make of the tree.
class JsonText {
 public:
  enum class Form { canonical, pretty };
  /// Appends to `out`, which must outlive this.
  JsonText(std::string& out, Form form) : out_(out), pretty_(form == Form::pretty) {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  /// The key of the value that is written next.
  void key(std::string_view text);

  void null() { scalar("null"); }
  void boolean(bool value) { scalar(value ? "true" : "false"); }
  void integer(std::int64_t value);
  /// Invalid UTF-8 is replaced.
  void string(std::string_view text);
  void value(const Json& tree);
  /// What another one wrote for the array that is open: elements with their separators (see `continues`), at least one. The text may also go elsewhere.
  void elements(std::string_view written);
  /// A writer of elements for an open array of another writer: at the same depth, `is_first` when no element comes before.
  static JsonText continues(std::string& out, const JsonText& other, bool is_first);

 private:
  void begin(char bracket);
  void end(char bracket);
  void scalar(std::string_view text);
  /// What stands between the value before and the next one.
  void separate();
  void line(bool behind_comma);
  /// `after`: at most two characters.
  void quote(std::string_view text, std::string_view after);

  std::string& out_;
  bool pretty_;
  bool is_first_ = true;   ///< nothing has been written in the open bracket
  bool behind_key_ = false;
  std::size_t depth_ = 0;
};

}  // namespace berth
