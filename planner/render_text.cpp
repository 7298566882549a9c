#include <algorithm>

#include <fmt/format.h>

#include "base/text_width.h"
#include "planner/render.h"

namespace berth::plan {
namespace {

constexpr int kWidestPath = 32;
constexpr int kWidestValues = 44;
constexpr std::size_t kMostSteps = 6;

struct Line {
  std::string path;
  std::string values;
  std::string place;
};

std::string padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

std::string values_of(const FieldChange& field) {
  if (field.before.empty()) return "+ " + ir::spell(field.after);
  if (field.after.empty()) return "- " + ir::spell(field.before);
  return fmt::format("{} → {}{}", ir::spell(field.before), ir::spell(field.after), field.after.origin().is_default ? " (default)" : "");
}

std::string place_of(const FieldChange& field) {
  if (field.via.empty()) return field.place;
  return fmt::format("{}{}(via {})", field.place, field.place.empty() ? "" : "  ", field.via);
}

std::vector<Line> lines_of(const Change& change) {
  std::vector<Line> lines;
  if (change.deployment) {
    const std::string& from = change.deployment->from;
    lines.push_back({"task definition", from.empty() ? "+ " + change.deployment->to : fmt::format("{} → {}", from, change.deployment->to), ""});
  }
  for (const FieldChange& field : change.fields) {
    std::string values = values_of(field);
    if (change.kind == ChangeKind::replace && field.update == ir::schema::UpdateClass::replacement) values += "  ← forces replacement";
    lines.push_back({field.path, std::move(values), place_of(field)});
  }
  return lines;
}

std::string tasks(std::int64_t count) { return fmt::format("{} {}", count, count == 1 ? "task" : "tasks"); }

std::string spell(Milliseconds time) { return ir::spell(ir::Quantity{time.count(), ir::Unit::milliseconds}); }

std::string bounds_of(const Rollout& rollout) {
  std::string text = rollout.replaces ? fmt::format("{}, at least {} healthy, at most {}: lowest healthy {}, peak {}", tasks(rollout.replicas), rollout.least_healthy, rollout.most_tasks,
                                                    rollout.lowest_healthy, rollout.peak_tasks)
                                      : fmt::format("{} → {}, none replaced", rollout.running, tasks(rollout.replicas));
  std::vector<std::string> sizes;
  if (rollout.peak_cpu > 0) sizes.push_back(ir::spell(ir::Quantity{rollout.peak_cpu, ir::Unit::cpu}));
  if (rollout.peak_memory > 0) sizes.push_back(ir::spell(ir::Quantity{rollout.peak_memory, ir::Unit::bytes}));
  if (!sizes.empty()) text += fmt::format(" ({})", fmt::join(sizes, ", "));
  return text;
}

std::string step_of(const RolloutStep& step, bool replaces) {
  std::vector<std::string> did;
  if (step.stopped > 0) did.push_back(fmt::format("stop {}", step.stopped));
  if (step.started > 0) did.push_back(fmt::format("start {}", step.started));
  const std::string counts = replaces ? fmt::format("{} old, {} new", step.old_tasks, step.new_tasks) : tasks(step.old_tasks + step.new_tasks);
  return fmt::format("{:<8} {:<18} {}, {} healthy", "+" + spell(step.at), fmt::format("{}", fmt::join(did, ", ")), counts, step.healthy);
}

std::string end_of(const Rollout& rollout) {
  const std::string at = fmt::format("{:<8} ", rollout.takes ? "+" + spell(*rollout.takes) : "");
  const std::string failed = rollout.failures > 0 ? fmt::format("{} failed tasks", rollout.failures) : "";
  switch (rollout.end) {
    case RolloutEnd::completed:
      if (failed.empty()) return at + "completed, at the earliest";
      return fmt::format("{}completed, at the earliest; {} end it{}", at, failed, rollout.rolls_back ? " and bring the old ones back" : "");
    case RolloutEnd::rolled_back: return fmt::format("{}the circuit breaker has ended it after {} and brought the old ones back", at, failed);
    case RolloutEnd::failed: return fmt::format("{}the circuit breaker has ended it after {}; what runs stays", at, failed);
    case RolloutEnd::never: break;
  }
  return failed.empty() ? "not completed within an hour, and no circuit breaker ends it" : "not completed within an hour";
}

std::string_view words_of(ChangeKind kind) { return kind == ChangeKind::revise ? "new revision" : word(kind); }

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
    last_line();
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

  static std::string headline(const Change& change) { return fmt::format("{}: {}", words_of(change.kind), change.reason.text); }

  std::string colored(ChangeKind kind, const std::string& text) const {
    if (!options_.color) return text;
    const int code = kind == ChangeKind::create ? 32 : kind == ChangeKind::update || kind == ChangeKind::revise ? 33 : 31;
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }

  void change(const Change& change) {
    const std::string mark = colored(change.kind, fmt::format("{:<3}", symbol(change.kind)));
    line(fmt::format("{} {}  {}  {}", mark, padded(change.address.text(), address_width_), padded(headline(change), reason_width_),
                     change.place));
    const std::vector<Line> lines = lines_of(change);
    const bool cut = options_.max_fields != 0 && lines.size() > options_.max_fields;
    fields(lines, cut ? options_.max_fields - 1 : lines.size());
    if (cut) line(fmt::format("      … {} more", lines.size() - options_.max_fields + 1));
    if (change.rollout) rollout(*change.rollout);
  }

  void rollout(const Rollout& rollout) {
    const std::size_t shown = options_.max_fields == 0 || rollout.steps.size() <= kMostSteps ? rollout.steps.size() : kMostSteps - 1;
    line(fmt::format("      rollout{}  {}", rollout.fails ? ", with the failure" : "", bounds_of(rollout)));
    for (std::size_t i = 0; i < shown; ++i) line("        " + step_of(rollout.steps[i], rollout.replaces));
    if (shown < rollout.steps.size()) line(fmt::format("        … {} more steps", rollout.steps.size() - shown));
    line("        " + end_of(rollout));
  }

  void fields(const std::vector<Line>& lines, std::size_t count) {
    int path_width = 0;
    int values_width = 0;
    for (std::size_t i = 0; i < count; ++i) {
      path_width = std::max(path_width, std::min(kWidestPath, display_width(lines[i].path)));
      values_width = std::max(values_width, std::min(kWidestValues, display_width(lines[i].values)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      line(fmt::format("      {}  {}  {}", padded(lines[i].path, path_width), padded(lines[i].values, values_width), lines[i].place));
    }
  }

  void drift() {
    if (plan_.drift.empty()) return;
    gap();
    line("drift (changed outside of berth)");
    for (const Drift& drift : plan_.drift) {
      const bool undone = drift.kind == DriftKind::out_of_band;
      line(fmt::format("    {}  {}{}", drift.address.text(), drift.text, undone ? "; this plan changes it back" : ""));
    }
  }

  void not_carried_out() {
    if (plan_.not_carried_out.empty()) return;
    gap();
    line("not carried out by this target (`berth apply` goes on with --allow-partial)");
    int subject_width = 0;
    int note_width = 0;
    for (const NotCarriedOut& item : plan_.not_carried_out) {
      subject_width = std::max(subject_width, display_width(subject(item)));
      note_width = std::max(note_width, display_width(item.note));
    }
    for (const NotCarriedOut& item : plan_.not_carried_out) {
      line(fmt::format("    {}  {}  {}", padded(subject(item), subject_width), padded(item.note, note_width), item.place));
    }
  }

  static std::string subject(const NotCarriedOut& item) { return item.path.empty() ? item.address.text() : fmt::format("{} {}", item.address.text(), item.path); }

  void warnings() {
    if (plan_.warnings.empty()) return;
    gap();
    for (const Warning& warning : plan_.warnings) line(fmt::format("!   warning  {}  {}", warning.text, warning.place));
  }

  void reveals() {
    if (plan_.program->reveals.empty()) return;
    gap();
    line("sensitive values that are shown");
    for (const ir::Reveal& reveal : plan_.program->reveals) {
      line(fmt::format("    {}  {}", reveal.reason, plan_.program->sources == nullptr ? "" : plan_.program->sources->place(reveal.origin)));
    }
  }

  void last_line() {
    const Counts counts = plan_.counts();
    gap();
    if (!plan_.applyable) return line("This plan has errors and cannot be applied.");
    if (plan_.empty()) return line("No changes.");
    line(fmt::format("Plan: {} to add, {} to change, {} to destroy.", counts.to_add(), counts.to_change(), counts.to_destroy()));
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
