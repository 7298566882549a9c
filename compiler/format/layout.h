#pragma once

#include <string>

#include "compiler/format/pieces.h"

namespace berth::format {

/// The pieces of a file in canonical style: every piece but separators, in order (imports are sorted).
std::string lay_out(const Pieces& pieces);

}  // namespace berth::format
