#pragma once

#include <cstddef>
#include <string>

#include "base/json.h"
#include "planner/plan.h"

namespace berth::plan {

struct TextOptions {
  bool color = false;
  /// Lines of settings for one resource before "… n more"; 0 = all.
  std::size_t max_fields = 12;
};

/// The plan for people. Says only what changes; the last line counts.
std::string render_text(const Plan& plan, const TextOptions& options = {});

/// The plan for programs: Terraform's `resource_changes` shape with keys of ours (docs/plan.md). Stable: equal plans give equal text.
Json render_json(const Plan& plan);

}  // namespace berth::plan
