#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

/// What the generated codecs stand on; use api/codec.h instead.
namespace berth::api::wire {

/// Where in the document we are; a chain on the stack that is printed only when something is wrong.
struct Path {
  const Path* parent = nullptr;
  std::string_view member;  ///< empty for the root and for list items
  std::size_t index = 0;
};

/// "containerDefinitions[0].cpu".
std::string print(const Path& path);

}  // namespace berth::api::wire
