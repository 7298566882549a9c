#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth {

/// Damerau–Levenshtein distance (adjacent transpositions count one).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The closest of `candidates` to `word`, when it is near enough to be meant: distance at most 2, and at most a third of the
/// word's length (at least 1). Ties go to the first candidate.
std::optional<std::string> suggest(std::string_view word, std::span<const std::string> candidates);

}  // namespace berth
