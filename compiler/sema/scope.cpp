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
    if (frame->lazy != nullptr && frame->lazy->let->name.text == name) return &frame->lazy->value;
  }
  return nullptr;
}

FramePtr extend(const FramePtr& frame, std::vector<std::pair<std::string_view, Value>> names) {
  return std::make_shared<const Frame>(Frame{.parent = frame, .names = std::move(names), .fields = frame == nullptr ? nullptr : frame->fields});
}

void Scope::set_module(SourceId source, std::size_t module) { module_of_[source] = module; }

std::size_t Scope::module_of(SourceId source) const {
  const auto found = module_of_.find(source);
  return found == module_of_.end() ? 0 : found->second;
}

Scope::Module& Scope::module(std::size_t index) {
  if (modules_.size() <= index) modules_.resize(index + 1);
  return modules_[index];
}

Symbol* Scope::declare(Symbol symbol, Symbol** taken) {
  const std::size_t home = module_of(symbol.span.source);
  if (Symbol* owner = in_module(symbol.name, home)) {
    *taken = owner;
    return nullptr;
  }
  if (symbol.kind != Symbol::Kind::module) symbol.module = home;
  Symbol& added = symbols_.emplace_back(std::move(symbol));
  module(home).symbols.emplace(added.name, &added);
  return &added;
}

const ast::TypeDecl* Scope::declare_type(const ast::TypeDecl& type) {
  const auto [known, added] = module(module_of(type.name.span.source)).types.emplace(type.name.text, &type);
  return added ? nullptr : known->second;
}

bool Scope::import(Imported entry) {
  auto& names = (entry.type != nullptr ? imported_types_ : imported_)[entry.name.span.source];
  if (names.contains(entry.name.text)) return false;
  Imported& added = imports_.emplace_back(std::move(entry));
  names.emplace(added.name.text, &added);
  return true;
}

Imported* Scope::imported(std::string_view name, SourceId at, bool type) {
  auto& files = type ? imported_types_ : imported_;
  const auto file = files.find(at);
  if (file == files.end()) return nullptr;
  const auto found = file->second.find(name);
  return found == file->second.end() ? nullptr : found->second;
}

Symbol* Scope::find(std::string_view name, SourceId at) {
  if (!imports_.empty()) {
    if (Imported* entry = imported(name, at, false)) {
      entry->used = true;
      return entry->symbol;
    }
  }
  return in_module(name, module_of(at));
}

Symbol* Scope::in_module(std::string_view name, std::size_t index) {
  Module& home = module(index);
  const auto found = home.symbols.find(name);
  return found == home.symbols.end() ? nullptr : found->second;
}

const ast::TypeDecl* Scope::find_type(const ast::Name& name) {
  if (Imported* entry = imported(name.text, name.span.source, true)) {
    entry->used = true;
    return entry->type;
  }
  return type_in_module(name.text, module_of(name.span.source));
}

const ast::TypeDecl* Scope::type_in_module(std::string_view name, std::size_t index) {
  Module& home = module(index);
  const auto found = home.types.find(name);
  return found == home.types.end() ? nullptr : found->second;
}

const Symbol* Scope::nearest(std::string_view name, SourceId at) {
  if (suggestions_left_-- <= 0) return nullptr;
  const std::size_t home = module_of(at);
  std::vector<std::string> names;
  const auto consider = [&](const std::string& candidate) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if (longer - shorter <= 2) names.push_back(candidate);
  };
  for (const Symbol& symbol : symbols_) {
    if (symbol.module == home && symbol.kind != Symbol::Kind::module) consider(symbol.name);
  }
  for (const Imported& entry : imports_) {
    if (entry.symbol != nullptr && entry.name.span.source == at) consider(entry.name.text);
  }
  const auto near = suggest(name, names);
  if (!near) return nullptr;
  if (const Imported* entry = imported(*near, at, false)) return entry->symbol;
  return in_module(*near, home);
}

std::vector<std::string> Scope::type_names(SourceId at) const {
  std::vector<std::string> names;
  const std::size_t home = module_of(at);
  if (home < modules_.size()) {
    for (const auto& [name, type] : modules_[home].types) names.emplace_back(name);
  }
  for (const Imported& entry : imports_) {
    if (entry.type != nullptr && entry.name.span.source == at) names.push_back(entry.name.text);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kReserved = {"environment", "stack", "this", "it"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

bool is_plain_name(std::string_view name) {
  constexpr std::size_t kMaxName = 200;
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace berth::sema
