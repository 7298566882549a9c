#include <ostream>

#include "base/diagnostic_github.h"
#include "base/diagnostic_render.h"
#include "base/printable.h"
#include "cli/view.h"

namespace berth::cli {
namespace {

/// Annotations on stdout, where a runner of GitHub Actions reads them, and everything else as for people.
class GithubView final : public View {
 public:
  explicit GithubView(Session& session) : session_(session), human_(make_human_view(session, true)) {}

  void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) override {
    findings(all, sources);
    if (!all.empty()) human_->note(count_text(all));
  }
  void findings(const std::vector<Diagnostic>& all, const SourceSet& sources) override {
    *session_.out << diagnostics_github(all, sources);
    session_.out->flush();
  }
  void result(const Json& json, const std::string& text) override { human_->result(json, text); }
  void failure(const Error& error) override { annotate("error", error.message); }
  void note(const std::string& text) override { human_->note(text); }
  void warning(const std::string& text) override { annotate("warning", text); }
  void finish() override { human_->finish(); }
  [[nodiscard]] bool is_json() const override { return false; }
  [[nodiscard]] bool color() const override { return false; }

 private:
  void annotate(const char* command, const std::string& text) {
    *session_.out << "::" << command << " title=berth::" << github_message(text) << "\n";
    session_.out->flush();
  }

  Session& session_;
  std::unique_ptr<View> human_;
};

}  // namespace

std::unique_ptr<View> make_github_view(Session& session) { return std::make_unique<GithubView>(session); }

}  // namespace berth::cli
