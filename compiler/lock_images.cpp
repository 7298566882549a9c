#include "compiler/lock_images.h"

#include <functional>

#include <fmt/format.h>

#include "compiler/sema/image.h"

namespace berth {
namespace {

/// Calls `visit` for each container whose image can be pinned.
void each_image(ir::Program& program, const std::set<Span>& floating, const std::function<void(const ir::Address& task, const std::string& container, ir::Value& image)>& visit) {
  for (auto& [address, resource] : program.resources) {
    ir::Map* body = address.kind == "task" ? resource.body.as_map() : nullptr;
    ir::Value* containers = body == nullptr ? nullptr : body->find("container");
    if (containers == nullptr || containers->as_map() == nullptr) continue;
    for (auto& [name, container] : *containers->as_map()) {
      ir::Value* image = container.as_map() == nullptr ? nullptr : container.as_map()->find("image");
      if (image == nullptr || image->as_string() == nullptr || floating.contains(image->origin().span)) continue;
      const auto parsed = sema::parse_image(*image->as_string());
      if (parsed.index() != 0 || !std::get<0>(parsed).digest.empty() || std::get<0>(parsed).tag.empty()) continue;
      visit(address, name, *image);
    }
  }
}

std::string_view repository_of(std::string_view reference) {
  const auto parsed = sema::parse_image(reference);
  return parsed.index() == 0 ? std::get<0>(parsed).repository : reference;
}

void report_unlocked(const std::string& reference, Span span, const Lock& lock, DiagnosticSink& sink) {
  Diagnostic& diagnostic = sink.report("E0314", span, fmt::format("no digest locked for `{}`", reference), "berth.lock has no line for it");
  for (const auto& [locked, image] : lock.images) {
    if (repository_of(locked) != repository_of(reference)) continue;
    diagnostic.label(image.span, fmt::format("it has `{}`", locked.substr(repository_of(locked).size())));
    break;
  }
  diagnostic.note("where berth.lock has images, every tag is pinned by it: what runs is what was looked at");
  diagnostic.help("`berth lock` asks the registry and adds the line; an image that may move is `floating(\"…\", reason = \"…\")`");
}

bool is_name_of(std::string_view text, const ir::Address& address, const std::string& container) {
  const std::string full = address.text();
  for (const std::string& name : {full, address.name}) {
    if (text == name || text == name + "." + container || text == name + ".container." + container) return true;
  }
  return false;
}

}  // namespace

std::vector<ImageUse> images_to_lock(const ir::Program& program, const std::set<Span>& floating) {
  std::vector<ImageUse> uses;
  ir::Program copy;
  copy.resources = program.resources;
  each_image(copy, floating, [&](const ir::Address& task, const std::string& container, ir::Value& image) {
    uses.push_back({.reference = *image.as_string(), .task = task, .container = container, .span = image.origin().span});
  });
  return uses;
}

void pin_images(ir::Program& program, const Lock& lock, const std::set<Span>& floating, DiagnosticSink& sink) {
  if (lock.images.empty()) return;
  each_image(program, floating, [&](const ir::Address&, const std::string&, ir::Value& image) {
    const std::string& reference = *image.as_string();
    const auto locked = lock.images.find(reference);
    if (locked == lock.images.end()) return report_unlocked(reference, image.origin().span, lock, sink);
    image = ir::Value::string(reference + "@" + locked->second.hash, image.origin());
  });
}

bool means(std::string_view address, const ImageUse& use, const ir::Program& program) {
  if (is_name_of(address, use.task, use.container)) return true;
  for (const auto& [owner, resource] : program.resources) {
    const ir::Value* task = ir::at(resource.body, {"task"});
    if (task == nullptr || task->as_reference() == nullptr || task->as_reference()->target != use.task) continue;
    if (is_name_of(address, owner, use.container)) return true;
    // A service's task is also reached through the service: `service.web.task.app`.
    const std::string through = owner.text() + ".task";
    if (address == through || address == through + "." + use.container) return true;
  }
  return false;
}

}  // namespace berth
