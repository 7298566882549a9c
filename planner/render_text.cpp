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
constexpr std::size_t kMostNames = 5;

std::string origin_of(const SettingLine& line) {
  if (line.via.empty()) return line.place;
  return fmt::format("{}{}(via {})", line.place, line.place.empty() ? "" : "  ", line.via);
}

class TextRenderer {
 public:
  TextRenderer(const Plan& plan, const TextOptions& options) : plan_(plan), options_(options) {}

  std::string render() {
    const std::vector<ChangeGroup> groups = told();
    heads(groups);
    for (const ChangeGroup& group : groups) {
      change(*group.first);
      if (!group.others.empty()) line("      the same of " + names_of(group.others, kMostNames));
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
  void heads(const std::vector<ChangeGroup>& groups) {
    for (const ChangeGroup& group : groups) {
      address_width_ = std::max(address_width_, display_width(group.first->address.text()));
      reason_width_ = std::max(reason_width_, display_width(headline(*group.first)));
    }
  }

  /// Each one for itself when all is to be shown.
  std::vector<ChangeGroup> told() const {
    std::vector<const Change*> changes;
    for (const Change& change : plan_.changes) {
      if (change.kind != ChangeKind::no_op) changes.push_back(&change);
    }
    if (options_.max_fields != 0) return groups_of(changes);
    std::vector<ChangeGroup> alone;
    for (const Change* change : changes) alone.push_back({.first = change, .others = {}});
    return alone;
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
    if (rollout.room) line(fmt::format("        {:<8} {}", "room", room_text(*rollout.room)));
    line(fmt::format("        {:<8} {}", rollout.takes ? moment_of(*rollout.takes) : "", end_of(rollout)));
  }

  void fields(const std::vector<SettingLine>& lines, std::size_t count) {
    int path_width = 0;
    int values_width = 0;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(values_of(lines, i));
      path_width = std::max(path_width, std::min(kWidestPath, display_width(lines[i].path)));
      values_width = std::max(values_width, std::min(kWidestValues, display_width(values[i])));
    }
    for (std::size_t i = 0; i < count; ++i) {
      line(fmt::format("      {}  {}  {}", padded(lines[i].path, path_width), padded(values[i], values_width), origin_of(lines[i])));
    }
  }

  /// A value that changes as one above it does, from the same text of the source, is not written again when that is longer.
  std::string values_of(const std::vector<SettingLine>& lines, std::size_t i) const {
    const SettingLine& line = lines[i];
    std::string values = line.values();
    if (options_.max_fields == 0 || line.before.empty() || line.after.empty()) return values;
    const auto above = std::find_if(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i), [&](const SettingLine& other) {
      return other.before == line.before && other.after == line.after && other.place == line.place && other.via == line.via && other.forces == line.forces;
    });
    if (above == lines.begin() + static_cast<std::ptrdiff_t>(i)) return values;
    const std::string same = "the same as " + above->path;
    return display_width(same) < display_width(values) ? same : values;
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
