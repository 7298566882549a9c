#include "compiler/sema/hidden.h"

#include <fmt/format.h>

namespace berth::sema {
namespace {

constexpr std::string_view kNeverRead = "its value is never read by berth, only the program that runs gets it";

}  // namespace

void report_sensitive(Span span, std::string message, std::string label, Reporter& reporter) {
  reporter.report("E0311", span, std::move(message), std::move(label))
      .help("if it may be shown after all: `reveal(…, \"why everyone may read it\")`");
}

void report_secret_as_text(Span span, Reporter& reporter) {
  reporter.report("E0310", span, "a secret cannot be used as text", "this is a secret")
      .note(std::string(kNeverRead))
      .help("pass it in `secrets { }` and put the text together in the program");
}

Value report_secret(Span span, std::string_view what, Reporter& reporter) {
  reporter.report("E0310", span, fmt::format("a secret cannot be {}", what), "this is a secret").note(std::string(kNeverRead));
  return {};
}

Value revealed(Value value) {
  value.sensitive = false;
  return value;
}

}  // namespace berth::sema
