#pragma once

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/diagnostic.h"
#include "compiler/lock.h"
#include "ir/resource.h"

namespace berth {

/// A container whose image berth.lock pins: it names a tag and no digest, and is not `floating(…)`.
struct ImageUse {
  std::string reference;  ///< as it stands in the source: `shop/web:1.4.0`
  ir::Address task;
  std::string container;
  Span span;
  auto operator<=>(const ImageUse& other) const { return std::tie(reference, task, container) <=> std::tie(other.reference, other.task, other.container); }
  bool operator==(const ImageUse& other) const { return (*this <=> other) == 0; }
};

/// The images of the program that berth.lock pins, by task and container. `floating` has the places of `floating(…)`.
std::vector<ImageUse> images_to_lock(const ir::Program& program, const std::set<Span>& floating);

/// Writes the locked digests into the program: `shop/web:1.4.0@sha256:…`. Of a lock that has no image at all nothing is asked; else an image that it
/// does not have is E0314.
void pin_images(ir::Program& program, const Lock& lock, const std::set<Span>& floating, DiagnosticSink& sink);

/// Whether `address` means the container: `task.web`, `task.web.app`, a service of the task with or without the container, each also without its kind.
bool means(std::string_view address, const ImageUse& use, const ir::Program& program);

/// What the line of an image says.
struct ImageLine {
  std::string digest;
  int platforms = 1;
  std::string date;  ///< "2025-06-02"
};

/// The text of a lock file with the lines of `images` changed or added. All image lines stand together, by reference, where the first one stood (in a
/// file without, above all other lines). Lines of other images, comments and everything else stay as they are; a comment on lines of its own goes with
/// the image below it.
std::string with_images(std::string_view text, const std::map<std::string, ImageLine>& images);

}  // namespace berth
