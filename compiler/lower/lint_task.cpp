#include <fmt/format.h>

#include "base/credential.h"
#include "compiler/lower/validate.h"
#include "compiler/sema/image.h"

namespace berth::lower {
namespace {

/// Reports credentials in one container; their values appear nowhere.
class CredentialLint {
 public:
  CredentialLint(const Exemptions& exemptions, sema::Reporter& reporter) : exemptions_(exemptions), reporter_(reporter) {}

  void map(const ir::Value* entries, std::string_view where) {
    if (entries == nullptr || entries->as_map() == nullptr) return;
    for (const auto& [key, value] : *entries->as_map()) {
      const std::string* text = value.as_string();
      if (text == nullptr || exempt(value)) continue;
      const bool by_name = names_credential(key) && !text->empty() && *text != "true" && *text != "false";
      if (by_name || looks_like_credential(*text)) report(value, fmt::format("`{}` in `{}`", key, where));
    }
  }

  void list(const ir::Value* items, std::string_view where) {
    if (items == nullptr || items->as_list() == nullptr) return;
    for (const ir::Value& item : *items->as_list()) {
      const std::string* text = item.as_string();
      if (text != nullptr && !exempt(item) && looks_like_credential(*text)) report(item, fmt::format("a part of `{}`", where));
    }
  }

 private:
  [[nodiscard]] bool exempt(const ir::Value& value) const { return exemptions_.plain.contains(value.origin().span); }

  void report(const ir::Value& value, const std::string& what) {
    reporter_.report("E0312", value.origin().span, what + " looks like a credential", "the value is not shown")
        .note("everyone who may describe tasks can read it")
        .help("keep it in a secret store and let the program fetch it; if it is public: `plain(\"…\", reason = \"…\")`");
  }

  const Exemptions& exemptions_;
  sema::Reporter& reporter_;
};

void lint_image(const ir::Value* image, const Exemptions& exemptions, sema::Reporter& reporter) {
  if (image == nullptr || image->as_string() == nullptr || exemptions.floating.contains(image->origin().span)) return;
  const std::string& text = *image->as_string();
  const auto parsed = sema::parse_image(text);
  if (parsed.index() != 0) return;
  const sema::ImageName& name = std::get<0>(parsed);
  if (!name.digest.empty()) return;
  if (name.tag.empty()) {
    reporter.report("E0313", image->origin().span, fmt::format("the image `{}` has no tag", text), "any version could run")
        .note("without a tag the registry's `latest` is meant, which moves")
        .help("name a version, as in `:1.0.0`, or a digest; if it may move: `floating(\"…\", reason = \"…\")`");
  } else if (name.tag == "latest") {
    reporter.report("W0503", image->origin().span, "`:latest` moves under you", "another image tomorrow, without a change here")
        .help("name a version, as in `:1.0.0`; if it may move: `floating(\"…\", reason = \"…\")`");
  }
}

}  // namespace

void lint_task(const ir::Resource& task, const Exemptions& exemptions, sema::Reporter& reporter) {
  const ir::Value* containers = ir::at(task.body, {"container"});
  if (containers == nullptr || containers->as_map() == nullptr) return;
  CredentialLint credentials(exemptions, reporter);
  for (const auto& [name, container] : *containers->as_map()) {
    lint_image(ir::at(container, {"image"}), exemptions, reporter);
    credentials.map(ir::at(container, {"env"}), "env");
    credentials.map(ir::at(container, {"labels"}), "labels");
    credentials.list(ir::at(container, {"command"}), "command");
    credentials.list(ir::at(container, {"entrypoint"}), "entrypoint");
    credentials.list(ir::at(container, {"health", "command"}), "health");
  }
}

}  // namespace berth::lower
