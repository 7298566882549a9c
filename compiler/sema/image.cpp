#include "compiler/sema/image.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "base/suggest.h"

namespace berth::sema {
namespace {

/// The longest name that ECS takes, without the digest.
constexpr std::size_t kMaxLength = 255;
constexpr std::size_t kMaxTag = 128;

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool word(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

/// A component of the path: lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
bool path_component(std::string_view text) {
  if (text.empty() || !lower_or_digit(text.front()) || !lower_or_digit(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return lower_or_digit(c) || c == '.' || c == '_' || c == '-'; }) &&
         text.find("..") == std::string_view::npos && text.find("___") == std::string_view::npos;
}

/// Whether the first component is a host: it has a dot or a port, or is localhost.
bool is_host(std::string_view text) { return text.find_first_of(".:") != std::string_view::npos || text == "localhost"; }

bool host(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) { return word(c) || c == '.' || c == '-'; })) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string wrong_repository(std::string_view text) {
  if (text.empty()) return "has no name";
  std::string_view rest = text;
  if (const auto slash = rest.find('/'); slash != std::string_view::npos && is_host(rest.substr(0, slash))) {
    if (!host(rest.substr(0, slash))) return fmt::format("has a host that cannot be one: `{}`", rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  while (true) {
    const auto slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    if (!path_component(component)) {
      return component.empty() ? "has an empty part in its path"
                               : fmt::format("has `{}` in its path, where only lower-case letters, digits, `.`, `_` and `-` may stand", component);
    }
    if (slash == std::string_view::npos) return "";
    rest.remove_prefix(slash + 1);
  }
}

std::string wrong_tag(std::string_view tag) {
  const bool good = !tag.empty() && tag.size() <= kMaxTag && word(tag.front()) &&
                    std::all_of(tag.begin(), tag.end(), [](char c) { return word(c) || c == '.' || c == '-'; });
  return good ? "" : fmt::format("has a tag that cannot be one: `{}`", tag);
}

std::string wrong_digest(std::string_view digest) {
  constexpr std::string_view kPrefix = "sha256:";
  const bool good = digest.starts_with(kPrefix) && digest.size() == kPrefix.size() + 64 &&
                    std::all_of(digest.begin() + kPrefix.size(), digest.end(),
                                [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return good ? "" : "has a digest that is not `sha256:` and 64 hexadecimal digits";
}

}  // namespace

std::variant<ImageName, std::string> parse_image(std::string_view text) {
  ImageName image;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    image.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (auto wrong = wrong_digest(image.digest); !wrong.empty()) return wrong;
  }
  if (rest.size() > kMaxLength) return fmt::format("is {} characters long; ECS takes {}", rest.size(), kMaxLength);
  const auto slash = rest.rfind('/');
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    image.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (auto wrong = wrong_tag(image.tag); !wrong.empty()) return wrong;
  }
  image.repository = rest;
  if (auto wrong = wrong_repository(rest); !wrong.empty()) return wrong;
  return image;
}

Value image_member(const Value& image, const ast::Name& name, const Lock* lock, Reporter& reporter) {
  const std::string& text = *image.as_string();
  const auto parsed = parse_image(text);
  BERTH_CHECK(parsed.index() == 0, "an image that is none");
  const ImageName& parts = std::get<0>(parsed);
  const auto slash = parts.repository.find('/');
  const bool hosted = slash != std::string_view::npos && is_host(parts.repository.substr(0, slash));
  const auto part = [&](std::string_view found) {
    return tainted_by(found.empty() ? Value{Null{}, image.origin} : make_string(std::string(found), image.origin), image.sensitive);
  };
  if (name.text == "ref") return part(text);
  if (name.text == "host") return part(hosted ? parts.repository.substr(0, slash) : std::string_view());
  if (name.text == "repo") return part(hosted ? parts.repository.substr(slash + 1) : parts.repository);
  if (name.text == "tag") return part(parts.tag);
  if (name.text == "digest") {
    const bool asks_lock = parts.digest.empty() && lock != nullptr && lock->images.contains(text);
    return part(asks_lock ? std::string_view(lock->images.at(text).hash) : parts.digest);
  }
  Diagnostic& diagnostic = reporter.report("E0121", name.span, fmt::format("an image has no `{}`", name.text), "not a part of an image");
  static const std::vector<std::string> kMembers = {"ref", "host", "repo", "tag", "digest"};
  if (const auto meant = suggest(name.text, kMembers)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
  } else {
    diagnostic.note("it has: ref, host, repo, tag, digest");
  }
  return {};
}

}  // namespace berth::sema
