#include <algorithm>

#include <fmt/format.h>

#include "planner/markup.h"
#include "planner/page.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --line: #8886; --add: #1a7f37; --change: #9a6700; --harm: #cf222e; --calm: #888; --new: #0969da; }
@media (prefers-color-scheme: dark) { :root { --add: #3fb950; --change: #d29922; --harm: #f85149; --new: #58a6ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
code, td.value, svg text { font-family: ui-monospace, monospace; font-size: 13px; }
table { border-collapse: collapse; margin: .5em 0; }
td, th { border-top: 1px solid var(--line); padding: .2em .8em .2em 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
table.settings td:first-child { white-space: nowrap; }
h2 { font-size: 1.15em; margin: 1em 0 .3em; } h3 { font-size: 1em; margin: .8em 0 .3em; }
section { border: 1px solid var(--line); border-left-width: 5px; border-radius: 6px; margin: 1em 0; padding: .3em 1em .6em; }
section h2 { font-size: 1.05em; margin: .2em 0; }
section.create { border-left-color: var(--add); } section.update, section.revise { border-left-color: var(--change); }
section.replace, section.destroy { border-left-color: var(--harm); }
.place { color: var(--calm); font-size: 13px; } .error, .forces { color: var(--harm); font-weight: 600; }
.scroll { overflow-x: auto; } svg.timeline { width: 100%; min-width: 460px; max-width: 720px; height: auto; }
@media (max-width: 700px) {
  body { margin: 1em auto; }
  table.settings, table.settings tbody, table.settings tr, table.settings td { display: block; }
  table.settings td { border: 0; padding: 0; } table.settings td:first-child { white-space: normal; }
  table.settings tr { border-top: 1px solid var(--line); padding: .3em 0; }
}
svg text { fill: currentColor; } svg rect { fill: none; stroke: var(--calm); stroke-width: 1.5; }
svg .create rect { stroke: var(--add); } svg .update rect, svg .revise rect { stroke: var(--change); }
svg .replace rect, svg .destroy rect { stroke: var(--harm); } svg .no-op { opacity: .6; }
svg .edge, svg .axis { fill: none; stroke: var(--calm); } svg polyline { fill: none; stroke-width: 2; }
svg .old { stroke: var(--change); } svg .new { stroke: var(--new); } svg .healthy { stroke: var(--add); stroke-dasharray: 2 3; stroke-width: 3; }
svg .floor { stroke: var(--harm); stroke-dasharray: 7 5; }
.legend span::before { content: "■ "; } .legend .old { color: var(--change); } .legend .new { color: var(--new); }
.legend .healthy { color: var(--add); } .legend .floor { color: var(--harm); }
)";

constexpr std::size_t kStepsOfTable = 100;

/// Nothing is fetched and nothing runs, whatever stands in the page.
constexpr const char* kPolicy = "default-src 'none'; style-src 'unsafe-inline'";

std::string arrow(const SettingLine& line) {
  std::string text = line.before.empty() ? "+ " + html_text(line.after) : line.after.empty() ? "− " + html_text(line.before)
                                                                                             : fmt::format("{} → {}", html_text(line.before), html_text(line.after));
  if (line.forces) text += " <span class=\"forces\">forces replacement</span>";
  return text;
}

class HtmlRenderer {
 public:
  explicit HtmlRenderer(const Page& page) : page_(page) {}

  std::string render() {
    begin();
    if (!page_.failure.empty()) text_ += fmt::format("<p><span class=\"error\">error</span> {}</p>\n", html_prose(page_.failure));
    findings();
    if (page_.plan != nullptr) plan();
    return text_ + "</body>\n</html>\n";
  }

 private:
  void begin() {
    const std::string title = page_.plan == nullptr ? "berth plan: failed" : "berth plan · " + page_.plan->program->id();
    text_ = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
                        kPolicy, html_text(title), kStyle, html_text(title));
  }

  void plan() {
    const Plan& plan = *page_.plan;
    text_ += fmt::format("<p><strong>{}</strong></p>\n", html_text(last_line(plan)));
    lists();
    if (const std::string graph = render_graph(plan); !graph.empty()) text_ += fmt::format("<div class=\"scroll\">{}</div>\n", graph);
    for (const ChangeGroup& group : groups_of(by_harm(plan))) change(group);
    text_ += fmt::format("<p class=\"place\">against the live state {}</p>\n", plan.live_digest.substr(0, 12));
  }

  [[nodiscard]] std::string place(const std::string& place) const {
    return place.empty() ? "" : fmt::format(" <span class=\"place\">{}</span>", html_link(place, page_.link_base));
  }

  /// A heading over items that are HTML already; nothing without items.
  void list(std::string_view heading, const std::vector<std::string>& items) {
    if (items.empty()) return;
    if (!heading.empty()) text_ += fmt::format("<h2>{}</h2>\n", heading);
    text_ += "<ul>\n";
    for (const std::string& item : items) text_ += fmt::format("<li>{}</li>\n", item);
    text_ += "</ul>\n";
  }

  void findings() {
    std::vector<std::string> items;
    for (const Finding& finding : page_.findings) {
      const bool error = finding.severity == Severity::error;
      items.push_back(fmt::format("<span class=\"{0}\">{0}</span>{1}: {2}{3}", error ? "error" : "warning", finding.code.empty() ? "" : " " + html_text(finding.code), html_prose(finding.message), place(finding.place)));
    }
    list("", items);
  }

  void lists() {
    const Plan& plan = *page_.plan;
    std::vector<std::string> items;
    for (const PolicyResult& policy : plan.policies) {
      std::string item = fmt::format("<code>{}</code> <span class=\"{}\">{}</span>{}", html_text(policy.title), policy.failures.empty() || policy.advisory ? "warning" : "error", verdict_of(policy),
                                     place(policy.place));
      for (const PolicyResult::Failure& failure : policy.failures) item += fmt::format("<br/>{}{}", html_prose(failure.message), place(failure.place));
      items.push_back(std::move(item));
    }
    list("Policies", items);
    items.clear();
    for (const Warning& warning : plan.warnings) items.push_back(html_prose(warning.text) + place(warning.place));
    list("Warnings", items);
    items.clear();
    for (const NotCarriedOut& item : plan.not_carried_out) {
      items.push_back(fmt::format("<code>{}</code>: {}{}", html_text(subject_of(item)), html_prose(item.note), place(item.place)));
    }
    list("Not carried out by this target", items);
    items.clear();
    for (const Drift& drift : plan.drift) items.push_back(fmt::format("<code>{}</code>: {}", html_text(drift.address.text()), html_prose(fate_of(drift))));
    list("Changed outside of berth", items);
    items.clear();
    for (const ir::Reveal& reveal : plan.program->reveals) {
      items.push_back(html_prose(reveal.reason) + place(plan.program->sources == nullptr ? "" : plan.program->sources->place(reveal.origin)));
    }
    list("Sensitive values that are shown", items);
  }

  void change(const ChangeGroup& group) {
    const Change& change = *group.first;
    text_ += fmt::format("<section class=\"{}\">\n<h2>{} <code>{}</code>{}</h2>\n<p>{}</p>\n", word(change.kind), html_text(symbol(change.kind)), html_text(change.address.text()),
                         place(change.place), html_prose(headline(change)));
    const std::vector<SettingLine> lines = setting_lines(change);
    if (!lines.empty()) {
      text_ += "<table class=\"settings\">\n";
      for (const SettingLine& line : lines) {
        const std::string via = line.via.empty() ? "" : fmt::format(" via <code>{}</code>", html_text(line.via));
        text_ += fmt::format("<tr><td><code>{}</code></td><td class=\"value\">{}</td><td>{}{}</td></tr>\n", html_text(line.path), arrow(line), place(line.place), via);
      }
      text_ += "</table>\n";
    }
    if (change.rollout) rollout(*change.rollout);
    if (!group.others.empty()) alike(group.others);
    text_ += "</section>\n";
  }

  void alike(const std::vector<const Change*>& others) {
    text_ += fmt::format("<details><summary>{} more change{} alike</summary>\n<ul>\n", others.size(), others.size() == 1 ? "s" : "");
    for (const Change* other : others) text_ += fmt::format("<li><code>{}</code>{}</li>\n", html_text(other->address.text()), place(other->place));
    text_ += "</ul>\n</details>\n";
  }

  void rollout(const Rollout& rollout) {
    text_ += fmt::format("<h3>Rollout{}</h3>\n<p>{}</p>\n<div class=\"scroll\">{}</div>\n", rollout.fails ? ", with the failure" : "", html_text(bounds_of(rollout)), render_timeline(rollout));
    text_ += fmt::format("<p class=\"legend\">{}<span class=\"healthy\">healthy</span> <span class=\"floor\">at least healthy</span></p>\n",
                         rollout.replaces ? "<span class=\"old\">old tasks</span> <span class=\"new\">new tasks</span> " : "");
    text_ += "<details><summary>Steps</summary>\n<table>\n";
    const std::size_t shown = std::min(kStepsOfTable, rollout.steps.size());
    for (std::size_t i = 0; i < shown; ++i) {
      const RolloutStep& step = rollout.steps[i];
      text_ += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", moment_of(step.at), deeds_of(step), counts_of(step, rollout));
    }
    if (shown < rollout.steps.size()) text_ += fmt::format("<tr><td>… {} more steps</td></tr>\n", rollout.steps.size() - shown);
    text_ += "</table>\n</details>\n";
    if (rollout.room) text_ += fmt::format("<p>{}</p>\n", html_text(room_text(*rollout.room)));
    text_ += fmt::format("<p>{}{}</p>\n", rollout.takes ? moment_of(*rollout.takes) + " " : "", html_text(end_of(rollout)));
  }

  const Page& page_;
  std::string text_;
};

}  // namespace

std::string render_html(const Page& page) { return HtmlRenderer(page).render(); }

}  // namespace berth::plan
