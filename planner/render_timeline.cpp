#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "planner/markup.h"
#include "planner/page.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

constexpr int kWidth = 720;
constexpr int kHeight = 190;
constexpr int kLeft = 40;
constexpr int kRight = 20;
constexpr int kTop = 16;
constexpr int kBottom = 34;
/// Before the first step and after the last one, so that they can be seen.
constexpr int kLead = 30;
constexpr int kTrail = 40;
constexpr int kShift = 3;

/// From moments and counts to places of the drawing.
class Scale {
 public:
  explicit Scale(const Rollout& rollout) {
    end_ = rollout.takes ? *rollout.takes : Milliseconds(0);
    for (const RolloutStep& step : rollout.steps) {
      end_ = std::max(end_, step.at);
      most_ = std::max(most_, step.old_tasks + step.new_tasks);
    }
    most_ = std::max({most_, rollout.most_tasks, rollout.replicas, rollout.running, std::int64_t{1}});
    if (end_ <= Milliseconds(0)) end_ = Milliseconds(1);
  }
  [[nodiscard]] int x(Milliseconds at) const {
    constexpr int kSpan = kWidth - kLeft - kRight - kLead - kTrail;
    return kLeft + kLead + static_cast<int>(at.count() * kSpan / end_.count());
  }
  [[nodiscard]] int y(std::int64_t count) const {
    constexpr int kSpan = kHeight - kTop - kBottom;
    return kHeight - kBottom - static_cast<int>(count * kSpan / most_);
  }
  [[nodiscard]] Milliseconds end() const { return end_; }
  [[nodiscard]] std::int64_t most() const { return most_; }

 private:
  Milliseconds end_{0};
  std::int64_t most_ = 1;
};

/// A line that keeps its height until the next step, drawn `shift` lower, so that lines of one height can be told apart.
template <class Count>
std::string staircase(const Rollout& rollout, const Scale& scale, std::string_view name, int shift, std::int64_t before, Count count) {
  std::string points = fmt::format("{},{}", kLeft, scale.y(before) + shift);
  std::int64_t last = before;
  for (const RolloutStep& step : rollout.steps) {
    const int x = scale.x(step.at);
    points += fmt::format(" {},{} {},{}", x, scale.y(last) + shift, x, scale.y(count(step)) + shift);
    last = count(step);
  }
  points += fmt::format(" {},{}", kWidth - kRight, scale.y(last) + shift);
  return fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", name, points);
}

std::string label(int x, int y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, html_text(text));
}

}  // namespace

std::string render_timeline(const Rollout& rollout) {
  const Scale scale(rollout);
  std::string svg = fmt::format("<svg class=\"timeline\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\">\n", html_text(bounds_of(rollout)), kWidth,
                                kHeight, kWidth, kHeight);
  svg += fmt::format("<path class=\"axis\" d=\"M{0} {1} V{2} H{3}\"/>\n", kLeft, kTop, kHeight - kBottom, kWidth - kRight);
  svg += fmt::format("<path class=\"floor\" d=\"M{} {} H{}\"/>\n", kLeft, scale.y(rollout.least_healthy), kWidth - kRight);
  if (rollout.replaces) {
    svg += staircase(rollout, scale, "old", -kShift, rollout.running, [](const RolloutStep& step) { return step.old_tasks; });
    svg += staircase(rollout, scale, "new", 0, 0, [](const RolloutStep& step) { return step.new_tasks; });
  }
  svg += staircase(rollout, scale, "healthy", kShift, rollout.running, [](const RolloutStep& step) { return step.healthy; });
  svg += label(kLeft - 6, scale.y(0) + 4, "end", "0") + label(kLeft - 6, scale.y(scale.most()) + 4, "end", fmt::format("{}", scale.most()));
  svg += label(scale.x(Milliseconds(0)), kHeight - kBottom + 16, "middle", "+0s") + label(scale.x(scale.end()), kHeight - kBottom + 16, "middle", moment_of(scale.end()));
  return svg + "</svg>\n";
}

}  // namespace berth::plan
