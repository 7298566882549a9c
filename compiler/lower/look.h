#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ir/resource.h"

/// Looking into bodies: what stands at a path, when it is there and of the type that is asked for.
namespace berth::lower {

inline const std::string* text_of(const ir::Value& value, std::initializer_list<std::string_view> path) {
  const ir::Value* found = ir::at(value, path);
  return found == nullptr ? nullptr : found->as_string();
}

inline bool has_text(const ir::Value& value, std::initializer_list<std::string_view> path, std::string_view text) {
  const std::string* found = text_of(value, path);
  return found != nullptr && *found == text;
}

inline std::optional<std::int64_t> number_of(const ir::Value& value, std::initializer_list<std::string_view> path) {
  const ir::Value* found = ir::at(value, path);
  if (found == nullptr || found->as_quantity() == nullptr) return std::nullopt;
  return found->as_quantity()->amount;
}

/// Whether it is there and true.
inline bool is_on(const ir::Value& value, std::initializer_list<std::string_view> path) {
  const ir::Value* found = ir::at(value, path);
  return found != nullptr && found->as_bool() != nullptr && *found->as_bool();
}

/// The entries of a map; none where there is none.
inline const ir::Map& entries_of(const ir::Value& value, std::initializer_list<std::string_view> path) {
  static const ir::Map none;
  const ir::Value* found = ir::at(value, path);
  return found == nullptr || found->as_map() == nullptr ? none : *found->as_map();
}

/// The items of a list; none where there is none.
inline const ir::List& items_of(const ir::Value& value, std::initializer_list<std::string_view> path) {
  static const ir::List none;
  const ir::Value* found = ir::at(value, path);
  return found == nullptr || found->as_list() == nullptr ? none : *found->as_list();
}

/// The resource that the setting refers to; null for an extern, or where there is none.
inline const ir::Resource* referred(const ir::Program& program, const ir::Value& body, std::string_view setting) {
  const ir::Value* value = ir::at(body, {setting});
  if (value == nullptr || value->as_reference() == nullptr) return nullptr;
  const auto found = program.resources.find(value->as_reference()->target);
  return found == program.resources.end() ? nullptr : &found->second;
}

}  // namespace berth::lower
