#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace berth::ir {

/// Identity of a resource inside a stack: what the user wrote, never a position and never a name that the service assigns.
/// `kind` is a top-level kind of the schema (cluster, task, service); the name is [A-Za-z0-9_-]+ and may have several parts joined by dots.
struct Address {
  std::string kind;
  std::string name;

  /// "service.web"
  [[nodiscard]] std::string text() const { return kind + "." + name; }
  /// The reverse of text(); nothing when the text is no address.
  static std::optional<Address> parse(std::string_view text);
  auto operator<=>(const Address&) const = default;
};

}  // namespace berth::ir
