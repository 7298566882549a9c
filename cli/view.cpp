#include "cli/view.h"

#include "planner/render.h"

namespace berth::cli {

void View::plan(const plan::Plan& plan, bool full) {
  const std::size_t most = full ? 0 : plan::TextOptions{}.max_fields;
  result(plan::render_json(plan), is_json() ? "" : plan::render_text(plan, {.color = color(), .max_fields = most}));
}

}  // namespace berth::cli
