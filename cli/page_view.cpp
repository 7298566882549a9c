#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "cli/view.h"
#include "planner/page.h"

namespace berth::cli {
namespace {

/// The plan as one page on stdout when the command ends, with what is wrong; that also goes to stderr at once, as for people.
class PageView final : public View {
 public:
  PageView(Session& session, bool html, std::string link_base) : session_(session), html_(html), human_(make_human_view(session, false)) {
    page_.link_base = std::move(link_base);
  }

  void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) override {
    for (const Diagnostic& diagnostic : all) {
      const Span span = diagnostic.labels.empty() ? Span{} : diagnostic.labels.front().span;
      page_.findings.push_back({.severity = diagnostic.severity, .code = diagnostic.code, .message = diagnostic.message, .place = sources.place(span)});
    }
    human_->diagnostics(all, sources);
  }
  void result(const Json&, const std::string&) override {}
  void plan(const plan::Plan& plan, bool) override { plan_ = plan; }
  void failure(const Error& error) override {
    page_.failure = error.message;
    human_->failure(error);
  }
  void note(const std::string& text) override { human_->note(text); }
  void warning(const std::string& text) override {
    page_.findings.push_back({.severity = Severity::warning, .code = "", .message = text, .place = ""});
    human_->warning(text);
  }
  void finish() override {
    if (plan_) page_.plan = &*plan_;
    *session_.out << (html_ ? plan::render_html(page_) : plan::render_markdown(page_));
    session_.out->flush();
  }
  [[nodiscard]] bool is_json() const override { return true; }
  [[nodiscard]] bool color() const override { return false; }

 private:
  Session& session_;
  bool html_;
  std::unique_ptr<View> human_;
  plan::Page page_;
  std::optional<plan::Plan> plan_;
};

}  // namespace

std::unique_ptr<View> make_page_view(Session& session, bool html, const std::string& link_base) {
  return std::make_unique<PageView>(session, html, link_base);
}

}  // namespace berth::cli
