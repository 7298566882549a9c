#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::exporting {

/// Marks in texts that stand for expressions of a target: requests are made with marks where a resource is referred to or a value is sensitive, and in
/// the finished document each becomes what the target has for it.
class Tokens {
 public:
  /// The mark of `meaning`, the same for the same meaning.
  std::string mark(const std::string& meaning);

  /// A copy of the document in which texts with marks are what `expression` makes of them. It gets the pieces of such a text in their order; a piece that
  /// is a mark comes as its meaning.
  struct Piece {
    std::string text;
    bool is_mark = false;
  };
  using Expression = std::function<Json(const std::vector<Piece>& pieces)>;
  [[nodiscard]] Json replaced(const Json& document, const Expression& expression) const;
  /// The pieces of a text; one when it has no mark.
  [[nodiscard]] std::vector<Piece> pieces(std::string_view text) const;

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> meanings_;
};

}  // namespace berth::exporting
