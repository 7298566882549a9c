#include <algorithm>

#include <fmt/format.h>

#include "base/text_width.h"
#include "planner/render.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

constexpr int kWidestPath = 32;
constexpr int kWidestValues = 44;
constexpr std::size_t kMostSteps = 6;

std::string padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

std::string origin_of(const SettingLine& line) {
  if (line.via.empty()) return line.place;
  return fmt::format("{}{}(via {})", line.place, line.place.empty() ? "" : "  ", line.via);
}

class TextRenderer {
 public:
  TextRenderer(const Plan& plan, const TextOptions& options) : plan_(plan), options_(options) {}

  std::string render() {
    heads();
    for (const Change& change : plan_.changes) {
      if (change.kind != ChangeKind::no_op) this->change(change);
    }
    not_carried_out();
    drift();
    warnings();
    reveals();
    policies();
    gap();
    line(last_line(plan_));
    return std::move(text_);
  }

 private:
  /// Columns of the addresses and reasons, so that the eye can run down them.
  void heads() {
    for (const Change& change : plan_.changes) {
      if (change.kind == ChangeKind::no_op) continue;
      address_width_ = std::max(address_width_, display_width(change.address.text()));
      reason_width_ = std::max(reason_width_, display_width(headline(change)));
    }
  }

  std::string colored(ChangeKind kind, const std::string& text) const {
    if (!options_.color) return text;
    const int code = kind == ChangeKind::create ? 32 : kind == ChangeKind::update || kind == ChangeKind::revise ? 33 : 31;
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }

  void change(const Change& change) {
    const std::string mark = colored(change.kind, fmt::format("{:<3}", symbol(change.kind)));
    line(fmt::format("{} {}  {}  {}", mark, padded(change.address.text(), address_width_), padded(headline(change), reason_width_),
                     change.place));
    const std::vector<SettingLine> lines = setting_lines(change);
    const bool cut = options_.max_fields != 0 && lines.size() > options_.max_fields;
    fields(lines, cut ? options_.max_fields - 1 : lines.size());
    if (cut) line(fmt::format("      … {} more", lines.size() - options_.max_fields + 1));
    if (change.rollout) rollout(*change.rollout);
  }

  void rollout(const Rollout& rollout) {
    const std::size_t shown = options_.max_fields == 0 || rollout.steps.size() <= kMostSteps ? rollout.steps.size() : kMostSteps - 1;
    line(fmt::format("      rollout{}  {}", rollout.fails ? ", with the failure" : "", bounds_of(rollout)));
    for (std::size_t i = 0; i < shown; ++i) {
      const RolloutStep& step = rollout.steps[i];
      line(fmt::format("        {:<8} {:<18} {}", moment_of(step.at), deeds_of(step), counts_of(step, rollout)));
    }
    if (shown < rollout.steps.size()) line(fmt::format("        … {} more steps", rollout.steps.size() - shown));
    line(fmt::format("        {:<8} {}", rollout.takes ? moment_of(*rollout.takes) : "", end_of(rollout)));
  }

  void fields(const std::vector<SettingLine>& lines, std::size_t count) {
    int path_width = 0;
    int values_width = 0;
    for (std::size_t i = 0; i < count; ++i) {
      path_width = std::max(path_width, std::min(kWidestPath, display_width(lines[i].path)));
      values_width = std::max(values_width, std::min(kWidestValues, display_width(lines[i].values())));
    }
    for (std::size_t i = 0; i < count; ++i) {
      line(fmt::format("      {}  {}  {}", padded(lines[i].path, path_width), padded(lines[i].values(), values_width), origin_of(lines[i])));
    }
  }

  void drift() {
    if (plan_.drift.empty()) return;
    gap();
    line("drift (changed outside of berth)");
    for (const Drift& drift : plan_.drift) {
      line(fmt::format("    {}  {}", drift.address.text(), fate_of(drift)));
    }
  }

  void not_carried_out() {
    if (plan_.not_carried_out.empty()) return;
    gap();
    line("not carried out by this target (`berth apply` goes on with --allow-partial)");
    int subject_width = 0;
    int note_width = 0;
    for (const NotCarriedOut& item : plan_.not_carried_out) {
      subject_width = std::max(subject_width, display_width(subject_of(item)));
      note_width = std::max(note_width, display_width(item.note));
    }
    for (const NotCarriedOut& item : plan_.not_carried_out) {
      line(fmt::format("    {}  {}  {}", padded(subject_of(item), subject_width), padded(item.note, note_width), item.place));
    }
  }

  void warnings() {
    if (plan_.warnings.empty()) return;
    gap();
    for (const Warning& warning : plan_.warnings) line(fmt::format("!   warning  {}  {}", warning.text, warning.place));
  }

  /// Those that hold are counted.
  void policies() {
    if (plan_.policies.empty()) return;
    gap();
    std::size_t holding = 0;
    for (const PolicyResult& policy : plan_.policies) {
      if (policy.failures.empty()) ++holding;
    }
    line(fmt::format("policies: {} of {} hold", holding, plan_.policies.size()));
    for (const PolicyResult& policy : plan_.policies) {
      if (policy.failures.empty()) continue;
      line(fmt::format("!   {}: {}  {}", policy.title, verdict_of(policy), policy.place));
      for (const PolicyResult::Failure& failure : policy.failures) line(fmt::format("      {}  {}", failure.message, failure.place));
    }
  }

  void reveals() {
    if (plan_.program->reveals.empty()) return;
    gap();
    line("sensitive values that are shown");
    for (const ir::Reveal& reveal : plan_.program->reveals) {
      line(fmt::format("    {}  {}", reveal.reason, plan_.program->sources == nullptr ? "" : plan_.program->sources->place(reveal.origin)));
    }
  }

  void gap() {
    if (!text_.empty()) text_ += '\n';
  }

  void line(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    text_ += text + '\n';
  }

  const Plan& plan_;
  const TextOptions& options_;
  int address_width_ = 0;
  int reason_width_ = 0;
  std::string text_;
};

}  // namespace

std::string render_text(const Plan& plan, const TextOptions& options) { return TextRenderer(plan, options).render(); }

}  // namespace berth::plan
