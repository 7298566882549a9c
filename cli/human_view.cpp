#include <ostream>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "base/printable.h"
#include "cli/view.h"

namespace berth::cli {
namespace {

/// Messages of failures carry output of containers.
constexpr std::size_t kLongestMessage = 200000;

class HumanView final : public View {
 public:
  HumanView(Session& session, bool no_color)
      : session_(session), out_color_(!no_color && session.wants_color(session.out_is_tty)), err_color_(!no_color && session.wants_color(session.err_is_tty)) {}

  void diagnostics(const std::vector<Diagnostic>& all, const SourceSet& sources) override {
    *session_.err << render_all(all, sources, {.color = err_color_, .width = session_.columns});
    session_.err->flush();
  }
  void result(const Json&, const std::string& text) override {
    *session_.out << text;
    session_.out->flush();
  }
  void failure(const Error& error) override {
    *session_.err << colored("31", "error:") << " " << printable(error.message, kLongestMessage) << "\n";
    session_.err->flush();
  }
  void note(const std::string& text) override {
    *session_.err << printable(text, kLongestMessage) << "\n";
    session_.err->flush();
  }
  void warning(const std::string& text) override {
    *session_.err << colored("33", "warning:") << " " << printable(text, kLongestMessage) << "\n";
    session_.err->flush();
  }
  void finish() override {}
  [[nodiscard]] bool is_json() const override { return false; }
  [[nodiscard]] bool color() const override { return out_color_; }

 private:
  [[nodiscard]] std::string colored(const char* code, const std::string& text) const {
    return err_color_ ? fmt::format("\x1b[1;{}m{}\x1b[0m", code, text) : text;
  }

  Session& session_;
  bool out_color_;
  bool err_color_;
};

}  // namespace

std::unique_ptr<View> make_human_view(Session& session, bool no_color) { return std::make_unique<HumanView>(session, no_color); }

}  // namespace berth::cli
