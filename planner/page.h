#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "planner/plan.h"

namespace berth::plan {

/// What was said about the sources while the plan was made.
struct Finding {
  Severity severity = Severity::warning;
  std::string code;
  std::string message;
  std::string place;  ///< "shop.ecs:14" or ""
};

/// A plan as a page for reviewers, with what belongs to it.
struct Page {
  const Plan* plan = nullptr;  ///< null when there is none, because of `findings` or `failure`
  std::vector<Finding> findings;
  std::string failure;    ///< what went wrong; "" = nothing
  std::string link_base;  ///< URL that the paths of sources are relative to; "" leaves links relative
};

/// The changes in the order in which they can hurt: replaced, destroyed, changed, created. No-ops are left out.
std::vector<const Change*> by_harm(const Plan& plan);

/// Bytes that a comment on a pull request has at most; services that take comments allow a little more characters than that.
inline constexpr std::size_t kLongestComment = 60'000;

/// The page as one comment on a pull request (GitHub's Markdown), of at most `most` bytes (at least 2,000): what is left out is counted.
std::string render_markdown(const Page& page, std::size_t most = kLongestComment);

/// The page as one file of HTML that needs nothing else: no scripts, no resources; graph and rollouts are inline SVG. It is also well-formed XML.
std::string render_html(const Page& page);

/// The changed resources and what they refer to, as SVG; "" when there is nothing to draw.
std::string render_graph(const Plan& plan);
/// Old, new and healthy tasks over time, as SVG.
std::string render_timeline(const Rollout& rollout);

}  // namespace berth::plan
