#include <ostream>

#include "base/diagnostic_render.h"
#include "cli/view.h"

namespace berth::cli {
namespace {

class JsonView final : public View {
 public:
  explicit JsonView(Session& session) : session_(session) {}

  void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) override {
    for (Json& item : diagnostics_json(all, sources)) document_["diagnostics"].push_back(std::move(item));
  }
  void result(const Json& json, const std::string&) override { document_.update(json); }
  void failure(const Error& error) override { document_["error"] = {{"code", error.code}, {"message", error.message}}; }
  void note(const std::string& text) override {
    *session_.err << text << "\n";
    session_.err->flush();
  }
  void warning(const std::string& text) override { warnings_.push_back({{"text", text}}); }
  void finish() override {
    for (Json& warning : warnings_) document_["warnings"].push_back(std::move(warning));
    if (!document_.empty()) *session_.out << pretty_json(document_);
    session_.out->flush();
  }
  [[nodiscard]] bool is_json() const override { return true; }
  [[nodiscard]] bool color() const override { return false; }

 private:
  Session& session_;
  Json document_ = Json::object();
  std::vector<Json> warnings_;  ///< beside those that a result has
};

}  // namespace

std::unique_ptr<View> make_json_view(Session& session) { return std::make_unique<JsonView>(session); }

}  // namespace berth::cli
