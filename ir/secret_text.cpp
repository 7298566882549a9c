#include "ir/secret_text.h"

#include <algorithm>
#include <array>

namespace berth::ir {
namespace {

/// What follows the ARN of a secret, in this order.
constexpr std::array<std::string_view, 3> kParts = {"key", "version_stage", "version_id"};
/// Colons in the ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME.
constexpr std::size_t kColons = 6;

std::string target_text(const Value* target, const std::function<std::string(const Address&)>& resolve) {
  if (target == nullptr) return "";
  if (target->as_reference() != nullptr) return resolve(target->as_reference()->target);
  return target->as_string() == nullptr ? "" : *target->as_string();
}

}  // namespace

std::string secret_text(const Value& secret, const std::function<std::string(const Address&)>& resolve) {
  if (const Value* parameter = at(secret, {"parameter"})) return target_text(parameter, resolve);
  std::string text = target_text(at(secret, {"secret"}), resolve);
  std::string parts;
  std::size_t used = 0;
  for (const std::string_view part : kParts) {
    const Value* value = at(secret, {part});
    parts += ":";
    if (value == nullptr || value->as_string() == nullptr) continue;
    parts += *value->as_string();
    used = parts.size();
  }
  // ECS wants all three places as soon as one is taken.
  return used == 0 ? text : text + parts;
}

Value secret_from_text(const std::string& text, const std::function<Value(std::string_view kind, const std::string& text)>& refer) {
  Map secret;
  if (text.rfind("arn:", 0) != 0 || text.find(":secretsmanager:") == std::string::npos) {
    secret.set("parameter", refer("parameter", text));
    return Value::map(std::move(secret));
  }
  std::size_t end = 0;
  for (std::size_t colons = 0; end < text.size(); ++end) {
    if (text[end] == ':' && colons++ == kColons) break;
  }
  secret.set("secret", refer("secret", text.substr(0, end)));
  for (const std::string_view part : kParts) {
    if (end >= text.size()) break;
    const std::size_t next = std::min(text.find(':', end + 1), text.size());
    if (next > end + 1) secret.set(std::string(part), Value::string(text.substr(end + 1, next - end - 1)));
    end = next;
  }
  return Value::map(std::move(secret));
}

}  // namespace berth::ir
