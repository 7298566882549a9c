#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::plan {

// How text of others is written into Markdown and HTML so that it stays text.

/// `&`, `<`, `>` and quotes as entities; what could control a reader's screen is U+FFFD.
std::string html_text(std::string_view text);
/// A message whose `…` becomes <code>.
std::string html_prose(std::string_view text);

/// A code span that also holds inside a table: `web:1`. Long texts are cut in the middle.
std::string markdown_code(std::string_view text);
/// A message that is only text but for its `…`, and mentions nobody.
std::string markdown_prose(std::string_view text);

/// Where "shop.ecs:14" or "shop.ecs:14:3" points to.
struct PlaceLink {
  std::string label;  ///< "shop.ecs:14"
  std::string url;    ///< "https://…/shop.ecs#L14"; "" when it is no line of a file below the base
};
/// `base` is the URL that paths are relative to; "" leaves them relative.
PlaceLink link_of(const std::string& place, std::string_view base);
/// "[shop.ecs:14](…)", or only the label as code; "" for "".
std::string markdown_link(const std::string& place, std::string_view base);
/// The same in HTML; without `base` there is no link, since a page may lie anywhere.
std::string html_link(const std::string& place, std::string_view base);

}  // namespace berth::plan
