#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/result.h"
#include "base/source.h"
#include "cli/session.h"
#include "planner/plan.h"

namespace berth::cli {

/// Everything a command prints goes through here. For people: results on stdout, messages on stderr, at once. For programs: one JSON document
/// on stdout when the command ends, with the result's members, `diagnostics` and `error`; or diagnostics alone, as SARIF or as annotations of GitHub
/// Actions; or a plan as one page.
class View {
 public:
  virtual ~View() = default;
  /// What is wrong, or doubtful, in the user's text.
  virtual void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) = 0;
  /// What the command was asked for: the same thing for programs and for people. May be called several times; members join one document.
  virtual void result(const Json& json, const std::string& text) = 0;
  /// A plan; `full`: people see every line of it.
  virtual void plan(const plan::Plan& plan, bool full);
  /// The world failed.
  virtual void failure(const Error& error) = 0;
  /// Something to know meanwhile, a line; on stderr for both.
  virtual void note(const std::string& text) = 0;
  virtual void warning(const std::string& text) = 0;
  /// Once, at the end.
  virtual void finish() = 0;

  [[nodiscard]] virtual bool is_json() const = 0;
  /// Whether stdout wants colours.
  [[nodiscard]] virtual bool color() const = 0;
  /// What policies found of a plan, for those that show no plans: it is part of the plan for the others.
  virtual void findings(const std::vector<Diagnostic>&, const SourceSet&) {}
};

std::unique_ptr<View> make_human_view(Session& session, bool no_color);
std::unique_ptr<View> make_json_view(Session& session);
std::unique_ptr<View> make_github_view(Session& session);
std::unique_ptr<View> make_sarif_view(Session& session);
/// Plans as a page of Markdown or HTML, whose links begin with `link_base`.
std::unique_ptr<View> make_page_view(Session& session, bool html, const std::string& link_base);

}  // namespace berth::cli
