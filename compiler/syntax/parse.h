#pragma once

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/ast/ast.h"

namespace berth::syntax {

/// Limits of one file; what exceeds them is E0901 and has an empty tree, before anything recursive sees it.
inline constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;
/// Brackets, `if`s and operators around and before any one place.
inline constexpr std::size_t kMaxNesting = 256;

/// Reads one file. Mistakes go to `sink` (E0001–E0011, E0901), each once; there is always a tree, of what could be read.
ast::File parse(SourceId source, const SourceSet& sources, DiagnosticSink& sink);

}  // namespace berth::syntax
