#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/sema/scope.h"
#include "compiler/sema/type.h"
#include "ir/value.h"

namespace berth::sema {

/// A text of the source whose only holes are names of the loop or component around it: made for another turn without an evaluator, on any thread.
class TextTemplate {
 public:
  /// Nothing when the expression needs more than that, when a name in it is no such name in `frame`, or when `type` asks for more than any text or any image.
  static std::optional<TextTemplate> of(const ast::Expr& expression, const Frame& frame, const Type& type, bool component);

  /// As the evaluator makes it in `frame`, and the steps of the budget that it takes, added to `steps`. Nothing when only the evaluator can say what the
  /// text is, or what is wrong with it.
  std::optional<ir::Value> make(const Frame& frame, std::int64_t& steps) const;

 private:
  using Part = std::variant<std::string, std::string_view>;  ///< text, or a name of the frame

  std::vector<Part> parts_;
  ir::Origin origin_;
  bool is_image_ = false;
};

}  // namespace berth::sema
