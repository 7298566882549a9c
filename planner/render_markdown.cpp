#include <algorithm>

#include <fmt/format.h>

#include "planner/markup.h"
#include "planner/page.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

/// Settings of one resource in the table of changes; all of them stand in a fold.
constexpr std::size_t kShownSettings = 12;
constexpr std::size_t kShownSteps = 20;
/// Kept for the last lines, which say what was left out.
constexpr std::size_t kReserve = 600;

/// A heading and rows, of which as many are written as there is room for.
struct Section {
  std::string head;  ///< everything before the rows
  std::vector<std::string> rows;
  std::string tail{};  ///< everything after them
  std::string unit;    ///< what a row is: "changes"
  /// Part of the room that is left which it may take, in percent.
  std::size_t share = 100;
};

/// Writes sections into a text of bounded size.
class BoundedText {
 public:
  BoundedText(std::string head, std::size_t most) : text_(std::move(head)), most_(most) {}

  void add(const Section& section) {
    if (section.rows.empty()) return;
    const std::size_t room = room_left() * section.share / 100;
    const std::string worst = cut_line(section, section.rows.size());
    const std::size_t frame = section.head.size() + section.tail.size() + worst.size();
    if (frame + section.rows.front().size() > room) {
      ++left_out_;
      return;
    }
    std::size_t used = frame;
    std::size_t count = 0;
    text_ += section.head;
    for (; count < section.rows.size() && used + section.rows[count].size() <= room; ++count) {
      text_ += section.rows[count];
      used += section.rows[count].size();
    }
    text_ += section.tail;
    if (count < section.rows.size()) text_ += cut_line(section, section.rows.size() - count);
  }

  std::string finish(const std::string& last) {
    if (left_out_ > 0) text_ += fmt::format("\n{} more {} left out: `berth plan --full` shows all.\n", left_out_, left_out_ == 1 ? "part is" : "parts are");
    return text_ + last;
  }

 private:
  [[nodiscard]] std::size_t room_left() const { return text_.size() + kReserve >= most_ ? 0 : most_ - kReserve - text_.size(); }

  static std::string cut_line(const Section& section, std::size_t count) {
    return fmt::format("\n… {} more {}: `berth plan --full` shows all.\n", count, section.unit);
  }

  std::string text_;
  std::size_t most_;
  std::size_t left_out_ = 0;
};

std::string fold(const std::string& summary) { return fmt::format("\n<details><summary>{}</summary>\n\n", summary); }
constexpr const char* kFoldEnd = "\n</details>\n";

std::string from_to(const SettingLine& line) {
  std::string text = line.before.empty()  ? "+ " + markdown_code(line.after)
                     : line.after.empty() ? "− " + markdown_code(line.before)
                                          : fmt::format("{} → {}", markdown_code(line.before), markdown_code(line.after));
  if (line.forces) text += " **forces replacement**";
  return text;
}

class MarkdownRenderer {
 public:
  MarkdownRenderer(const Page& page, std::size_t most) : page_(page), text_(heading(page), most) {
    if (page.plan != nullptr) groups_ = groups_of(by_harm(*page.plan));
  }

  std::string render() {
    failure();
    findings();
    if (page_.plan == nullptr) return text_.finish("");
    policies();
    changes();
    not_carried_out();
    drift();
    warnings();
    reveals();
    for (const ChangeGroup& group : groups_) {
      if (group.first->rollout) rollout(group);
    }
    for (const ChangeGroup& group : groups_) settings(group);
    for (const ChangeGroup& group : groups_) names(group);
    return text_.finish(fmt::format("\n<sub>against the live state {}</sub>\n", page_.plan->live_digest.substr(0, 12)));
  }

 private:
  static std::string heading(const Page& page) {
    if (page.plan == nullptr) return "### berth plan: failed\n";
    const Counts counts = page.plan->counts();
    const std::string stack = markdown_prose(page.plan->program->id());
    if (page.plan->applyable && page.plan->empty()) return fmt::format("### berth plan · {}: no changes\n", stack);
    return fmt::format("### berth plan · {}: {} to add, {} to change, {} to destroy{}\n", stack, counts.to_add(), counts.to_change(), counts.to_destroy(),
                       page.plan->applyable ? "" : " · **has errors**");
  }

  [[nodiscard]] std::string link(const std::string& place) const { return markdown_link(place, page_.link_base); }

  /// " ([shop.ecs:14](…))" or "".
  [[nodiscard]] std::string at(const std::string& place) const { return place.empty() ? "" : fmt::format(" ({})", link(place)); }

  void failure() {
    if (!page_.failure.empty()) text_.add({.head = "\n", .rows = {fmt::format("> **error** {}\n", markdown_prose(page_.failure))}, .unit = "errors"});
  }

  void findings() {
    Section section{.head = "\n", .rows = {}, .unit = "messages", .share = 40};
    for (const Finding& finding : page_.findings) {
      section.rows.push_back(fmt::format("- {}{}: {}{}\n", finding.severity == Severity::error ? "**error**" : "warning", finding.code.empty() ? "" : " " + finding.code,
                                         markdown_prose(finding.message), at(finding.place)));
    }
    text_.add(section);
  }

  void policies() {
    Section section{.head = "\n", .rows = {}, .unit = "policies", .share = 40};
    for (const PolicyResult& policy : page_.plan->policies) {
      std::string row = fmt::format("- policy {} {}{}\n", markdown_code(policy.title), policy.failures.empty() || policy.advisory ? verdict_of(policy) : "**" + verdict_of(policy) + "**", at(policy.place));
      for (const PolicyResult::Failure& failure : policy.failures) row += fmt::format("  - {}{}\n", markdown_prose(failure.message), at(failure.place));
      section.rows.push_back(std::move(row));
    }
    text_.add(section);
  }

  void changes() {
    Section section{.head = "\n| | Resource | What | From → to | Where |\n|---|---|---|---|---|\n", .rows = {}, .unit = "rows", .share = 60};
    for (const ChangeGroup& group : groups_) add_rows(group, section.rows);
    text_.add(section);
  }

  static std::string row(const ChangeGroup& group, const std::string& what, const std::string& values, const std::string& where) {
    return fmt::format("| `{}` | {}{} | {} | {} | {} |\n", symbol(group.first->kind), markdown_code(group.first->address.text()), and_more(group), what, values, where);
  }

  static std::string and_more(const ChangeGroup& group) { return group.others.empty() ? "" : fmt::format(" and {} more", group.others.size()); }

  /// A row for what comes, goes or is replaced, and one for each setting of what stays.
  void add_rows(const ChangeGroup& group, std::vector<std::string>& rows) const {
    const Change& change = *group.first;
    const std::vector<SettingLine> lines = setting_lines(change);
    const bool stays = change.kind == ChangeKind::update || change.kind == ChangeKind::revise;
    if (!stays || lines.empty()) rows.push_back(row(group, markdown_prose(headline(change)), "", link(change.place)));
    if (change.kind == ChangeKind::create) return;
    const std::size_t shown = lines.size() > kShownSettings ? kShownSettings - 1 : lines.size();
    for (std::size_t i = 0; i < shown; ++i) rows.push_back(row(group, markdown_code(lines[i].path), from_to(lines[i]), where(lines[i])));
    if (shown < lines.size()) rows.push_back(row(group, fmt::format("… {} more", lines.size() - shown), "", ""));
  }

  [[nodiscard]] std::string where(const SettingLine& line) const {
    if (line.via.empty()) return link(line.place);
    return fmt::format("{}{}via {}", link(line.place), line.place.empty() ? "" : " ", markdown_code(line.via));
  }

  void not_carried_out() {
    Section section{.head = "\n**Not carried out by this target**\n\n", .rows = {}, .unit = "parts", .share = 40};
    for (const NotCarriedOut& item : page_.plan->not_carried_out) {
      section.rows.push_back(fmt::format("- {} {}{}\n", markdown_code(subject_of(item)), markdown_prose(item.note), at(item.place)));
    }
    text_.add(section);
  }

  void drift() {
    Section section{.head = "\n**Changed outside of berth**\n\n", .rows = {}, .unit = "differences", .share = 40};
    for (const Drift& drift : page_.plan->drift) {
      section.rows.push_back(fmt::format("- {}: {}\n", markdown_code(drift.address.text()), markdown_prose(fate_of(drift))));
    }
    text_.add(section);
  }

  void warnings() {
    Section section{.head = "\n", .rows = {}, .unit = "warnings", .share = 40};
    for (const Warning& warning : page_.plan->warnings) section.rows.push_back(fmt::format("- warning: {}{}\n", markdown_prose(warning.text), at(warning.place)));
    text_.add(section);
  }

  void reveals() {
    const ir::Program& program = *page_.plan->program;
    Section section{.head = "\n**Sensitive values that are shown**\n\n", .rows = {}, .unit = "values", .share = 40};
    for (const ir::Reveal& reveal : program.reveals) {
      section.rows.push_back(fmt::format("- {}{}\n", markdown_prose(reveal.reason), at(program.sources == nullptr ? "" : program.sources->place(reveal.origin))));
    }
    text_.add(section);
  }

  void rollout(const ChangeGroup& group) {
    const Rollout& rollout = *group.first->rollout;
    Section section{.head = fold(fmt::format("Rollout of <code>{}</code>{}{}: {}", html_text(group.first->address.text()), and_more(group), rollout.fails ? ", with the failure" : "", html_text(bounds_of(rollout)))) +
                            "| at | tasks | after it |\n|---|---|---|\n",
                    .rows = {},
                    .tail = kFoldEnd,
                    .unit = "steps"};
    const std::size_t shown = rollout.steps.size() > kShownSteps ? kShownSteps - 1 : rollout.steps.size();
    for (std::size_t i = 0; i < shown; ++i) {
      const RolloutStep& step = rollout.steps[i];
      section.rows.push_back(fmt::format("| {} | {} | {} |\n", moment_of(step.at), deeds_of(step), counts_of(step, rollout)));
    }
    if (shown < rollout.steps.size()) section.rows.push_back(fmt::format("| | … {} more steps | |\n", rollout.steps.size() - shown));
    if (rollout.room) section.rows.push_back(fmt::format("| room | {} | |\n", markdown_prose(room_text(*rollout.room))));
    section.rows.push_back(fmt::format("| {} | {} | |\n", rollout.takes ? moment_of(*rollout.takes) : "", end_of(rollout)));
    text_.add(section);
  }

  /// All settings of what is created, and of what has more of them than the table shows.
  void settings(const ChangeGroup& group) {
    const Change& change = *group.first;
    const std::vector<SettingLine> lines = setting_lines(change);
    if (change.kind != ChangeKind::create && lines.size() <= kShownSettings) return;
    Section section{.head = fold(fmt::format("<code>{}</code>{}: {} {}", html_text(change.address.text()), and_more(group), lines.size(), lines.size() == 1 ? "setting" : "settings")) +
                            "| Setting | Value | Where |\n|---|---|---|\n",
                    .rows = {},
                    .tail = kFoldEnd,
                    .unit = "settings"};
    for (const SettingLine& line : lines) section.rows.push_back(fmt::format("| {} | {} | {} |\n", markdown_code(line.path), from_to(line), where(line)));
    text_.add(section);
  }

  /// All that change as the first does.
  void names(const ChangeGroup& group) {
    Section section{.head = fold(fmt::format("<code>{}</code>{} change alike", html_text(group.first->address.text()), and_more(group))), .rows = {}, .tail = "\n" + std::string(kFoldEnd), .unit = "resources"};
    for (const Change* other : group.others) section.rows.push_back(markdown_code(other->address.text()) + " ");
    text_.add(section);
  }

  const Page& page_;
  std::vector<ChangeGroup> groups_;
  BoundedText text_;
};

}  // namespace

std::vector<const Change*> by_harm(const Plan& plan) {
  const auto harm = [](ChangeKind kind) {
    switch (kind) {
      case ChangeKind::replace: return 0;
      case ChangeKind::destroy: return 1;
      case ChangeKind::update:
      case ChangeKind::revise: return 2;
      case ChangeKind::create: return 3;
      case ChangeKind::no_op: break;
    }
    return 4;
  };
  std::vector<const Change*> changes;
  for (const Change& change : plan.changes) {
    if (change.kind != ChangeKind::no_op) changes.push_back(&change);
  }
  std::stable_sort(changes.begin(), changes.end(), [&](const Change* a, const Change* b) { return harm(a->kind) < harm(b->kind); });
  return changes;
}

std::string render_markdown(const Page& page, std::size_t most) { return MarkdownRenderer(page, most).render(); }

}  // namespace berth::plan
