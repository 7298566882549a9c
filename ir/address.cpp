#include "ir/address.h"

#include <algorithm>

namespace berth::ir {

std::optional<Address> Address::parse(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  if (!std::all_of(text.begin(), text.end(), allowed)) return std::nullopt;
  return Address{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

}  // namespace berth::ir
