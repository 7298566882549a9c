#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "compiler/ast/ast.h"
#include "compiler/lock.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// The parts of `host/path:tag@digest`, as far as they are written.
struct ImageName {
  std::string_view repository;  ///< with the host
  std::string_view tag;
  std::string_view digest;  ///< "sha256:…"
};

/// Takes an image's name apart. The alternative is what is wrong with it, as the end of a sentence that begins with "the image …".
std::variant<ImageName, std::string> parse_image(std::string_view text);

/// `image.tag` and the other members of an image; null where it has no such part. The digest of an image that names none is what `lock`, if there is one,
/// pins. An unknown member is reported.
Value image_member(const Value& image, const ast::Name& name, const Lock* lock, Reporter& reporter);

}  // namespace berth::sema
