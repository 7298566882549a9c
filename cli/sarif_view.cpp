#include <ostream>

#include "base/diagnostic_sarif.h"
#include "cli/version.h"
#include "cli/view.h"

namespace berth::cli {
namespace {

/// One SARIF log on stdout at the end; what was asked for besides is not part of it.
class SarifView final : public View {
 public:
  explicit SarifView(Session& session) : session_(session), log_(diagnostics_sarif({}, SourceSet(), std::string(version()))) {}

  void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) override { merge_sarif(log_, diagnostics_sarif(all, sources, std::string(version()))); }
  void findings(const std::vector<Diagnostic>& all, const SourceSet& sources) override { diagnostics(all, sources); }
  void result(const Json&, const std::string&) override {}
  void failure(const Error& error) override { add("error", error.message); }
  void note(const std::string& text) override {
    *session_.err << text << "\n";
    session_.err->flush();
  }
  void warning(const std::string& text) override { add("warning", text); }
  void finish() override {
    *session_.out << pretty_json(log_);
    session_.out->flush();
  }
  [[nodiscard]] bool is_json() const override { return true; }
  [[nodiscard]] bool color() const override { return false; }

 private:
  void add(const char* level, const std::string& text) {
    log_["runs"][0]["results"].push_back({{"level", level}, {"message", {{"text", text}}}, {"locations", Json::array()}});
  }

  Session& session_;
  Json log_;
};

}  // namespace

std::unique_ptr<View> make_sarif_view(Session& session) { return std::make_unique<SarifView>(session); }

}  // namespace berth::cli
