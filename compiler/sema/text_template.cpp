#include "compiler/sema/text_template.h"

#include "compiler/sema/budget.h"
#include "compiler/sema/image.h"

namespace berth::sema {
namespace {

bool takes_any_text(const Type& type) {
  const bool is_kind = type.kind == Type::Kind::string || type.kind == Type::Kind::image;
  return is_kind && !type.sensitive && !type.minimum && !type.maximum && type.pattern == nullptr && type.wheres.empty();
}

/// The value that a name has in the frame, or null: where it is a `let`, only the evaluator knows it.
const Value* known(const Frame& frame, std::string_view name) {
  for (const Frame* at = &frame; at != nullptr; at = at->parent.get()) {
    for (const auto& [candidate, value] : at->names) {
      if (candidate == name) return &value;
    }
    if (at->lazy != nullptr && at->lazy->let->name.text == name) return nullptr;
  }
  return nullptr;
}

/// Appends what stands in a text for the value; false where that is no plain matter.
bool append(std::string& text, const Value& value) {
  if (value.tainted() || value.secret) return false;
  if (const std::string* part = value.as_string()) {
    text += *part;
    return true;
  }
  if (value.as_quantity() == nullptr && value.as_decimal() == nullptr && value.as_bool() == nullptr) return false;
  text += spell(value);
  return true;
}

}  // namespace

std::optional<TextTemplate> TextTemplate::of(const ast::Expr& expression, const Frame& frame, const Type& type, bool component) {
  const auto* string = ast::as<ast::String>(expression);
  if (string == nullptr || !takes_any_text(type)) return std::nullopt;
  TextTemplate made;
  made.origin_ = {.span = string->span, .component = component};
  made.is_image_ = type.kind == Type::Kind::image;
  for (const ast::StringPart& part : string->parts) {
    if (part.is_text()) {
      made.parts_.emplace_back(std::get<std::string>(part.value));
      continue;
    }
    const auto* name = ast::as<ast::NameRef>(*std::get<ast::ExprPtr>(part.value));
    if (name == nullptr || known(frame, name->name.text) == nullptr) return std::nullopt;
    made.parts_.emplace_back(std::string_view(name->name.text));
  }
  return made;
}

std::optional<ir::Value> TextTemplate::make(const Frame& frame, std::int64_t& steps) const {
  ir::Origin origin = origin_;
  std::string text;
  steps += 1;  // of the text itself, and one for each name
  for (const Part& part : parts_) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      text += *plain;
      continue;
    }
    const Value* value = known(frame, std::get<std::string_view>(part));
    if (value == nullptr || !append(text, *value)) return std::nullopt;
    if (origin.via == nullptr) origin.via = value->origin.via;
    steps += 1;
  }
  if (text.size() > Limits::kStringBytes || text.find('\0') != std::string::npos) return std::nullopt;
  if (is_image_ && parse_image(text).index() != 0) return std::nullopt;
  steps += 2 * static_cast<std::int64_t>(text.size() / Limits::kBytesPerStep);  // when it is made, and when it enters the IR
  return ir::Value::string(std::move(text), origin);
}

}  // namespace berth::sema
