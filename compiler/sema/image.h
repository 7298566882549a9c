#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace berth::sema {

/// The parts of `host/path:tag@digest`, as far as they are written.
struct ImageName {
  std::string_view repository;  ///< with the host
  std::string_view tag;
  std::string_view digest;  ///< "sha256:…"
};

/// Takes an image's name apart. The alternative is what is wrong with it, as the end of a sentence that begins with "the image …".
std::variant<ImageName, std::string> parse_image(std::string_view text);

}  // namespace berth::sema
