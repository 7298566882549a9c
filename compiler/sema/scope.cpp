#include "compiler/sema/scope.h"

#include <algorithm>
#include <array>

#include "base/suggest.h"

namespace berth::sema {

const Value* Frame::find(std::string_view name) const {
  for (const Frame* frame = this; frame != nullptr; frame = frame->parent.get()) {
    for (const auto& [known, value] : frame->names) {
      if (known == name) return &value;
    }
  }
  return nullptr;
}

Symbol* Scope::declare(Symbol symbol, Symbol** taken) {
  if (Symbol* owner = find(symbol.name)) {
    *taken = owner;
    return nullptr;
  }
  Symbol& added = symbols_.emplace_back(std::move(symbol));
  by_name_.emplace(added.name, &added);
  return &added;
}

Symbol* Scope::find(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Symbol* Scope::nearest(std::string_view name) {
  if (suggestions_left_-- <= 0) return nullptr;
  std::vector<std::string> names;
  for (const Symbol& symbol : symbols_) {
    const std::size_t longer = std::max(symbol.name.size(), name.size());
    const std::size_t shorter = std::min(symbol.name.size(), name.size());
    if (longer - shorter <= 2) names.push_back(symbol.name);
  }
  const auto near = suggest(name, names);
  if (!near) return nullptr;
  return by_name_.find(*near)->second;
}

bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kReserved = {"environment", "stack", "this", "it"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

}  // namespace berth::sema
