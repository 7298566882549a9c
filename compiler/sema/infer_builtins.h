#pragma once

#include <string_view>
#include <vector>

#include "compiler/sema/infer_types.h"

namespace berth::sema::infer {

/// What an argument of a builtin must be.
enum class Wanted { anything, text, list, texts, bools, lists, map, countable, number };

/// The types of a builtin function, as far as they are certain.
struct Signature {
  std::string_view name;
  std::vector<Wanted> wanted;  ///< of the arguments; further ones are as the last
  Known (*result)(const std::vector<Known>&);
};

/// Null for functions of which nothing is certain.
const Signature* find_signature(std::string_view name);

/// Whether values of the type can be what is wanted.
bool suits(const Known& argument, Wanted wanted);
/// "a string", "a list of bools" …
std::string_view wanted_phrase(Wanted wanted);

}  // namespace berth::sema::infer
