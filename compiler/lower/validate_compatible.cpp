// What tasks cannot have on a kind of capacity, and on a version of Fargate's platform.
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

/// From here on Fargate counts CPU in sizes that only its newer platform has.
constexpr std::int64_t kLargeCpu = 8192;

/// Rules of one task on one kind of capacity.
class CapacityKindRules {
 public:
  CapacityKindRules(const ir::Resource& task, std::string_view type, Span why, Span addressed, sema::Reporter& reporter)
      : task_(task), type_(type), why_(why), addressed_(addressed), reporter_(reporter), mode_(text_of(task.body, {"network_mode"})) {}

  void external() {
    if (mode_ != nullptr && *mode_ == "awsvpc") refuse(place_of(ir::at(task_.body, {"network_mode"}), addressed_), "machines of your own have no `awsvpc`", "use `bridge`, `host` or `none`");
    for (const auto& [name, volume] : entries_of(task_.body, {"volume"})) {
      if (const ir::Value* efs = ir::at(volume, {"efs"})) refuse(place_of(efs, place_of(&volume, task_.origin)), "machines of your own have no EFS", "use a folder of the machine: `host { path = \"…\" }`");
    }
    if (const ir::Value* proxy = ir::at(task_.body, {"proxy"})) refuse(place_of(proxy, task_.origin), "machines of your own have no App Mesh", "remove `proxy`");
  }

  void managed_instances() {
    if (mode_ != nullptr && *mode_ == "bridge") refuse(place_of(ir::at(task_.body, {"network_mode"}), task_.origin), "managed instances have no network mode `bridge`", "`network_mode = \"awsvpc\"` with a `network`, or `host`");
    const std::string* os = text_of(task_.body, {"os"});
    if (os != nullptr && *os != "linux") refuse(place_of(ir::at(task_.body, {"os"}), task_.origin), "managed instances run Linux only", "`os = \"linux\"`");
  }

  void without_own_disk() {
    const ir::Value* disk = ir::at(task_.body, {"ephemeral_storage"});
    if (disk != nullptr) refuse(place_of(disk, task_.origin), "only tasks on Fargate have `ephemeral_storage`", "remove it, or let the task run on Fargate alone");
  }

 private:
  void refuse(Span place, std::string message, std::string help) {
    Diagnostic& diagnostic = reporter_.report_each("E0348", place, std::move(message), "not possible there");
    if (why_ != place && why_ != task_.origin) diagnostic.label(why_, fmt::format("tasks run on `{}`", type_));
    diagnostic.help(std::move(help));
  }

  const ir::Resource& task_;
  std::string_view type_;
  Span why_;
  Span addressed_;
  sema::Reporter& reporter_;
  const std::string* mode_;
};

/// What a service asks of a version of Fargate's platform.
class PlatformRules {
 public:
  PlatformRules(const ir::Resource& task, const std::string& version, Span place, sema::Reporter& reporter) : task_(task), version_(version), place_(place), reporter_(reporter) {}

  void check() {
    const std::string* os = text_of(task_.body, {"os"});
    const bool is_windows = os != nullptr && os->starts_with("windows");
    const bool known = is_windows ? version_ == "1.0.0" : version_ == "1.3.0" || version_ == "1.4.0";
    if (!known) {
      Diagnostic& diagnostic = reporter_.report_each("E0348", place_, fmt::format("Fargate has no platform version `{}`{}", version_, is_windows ? " for Windows" : ""), "no such version");
      if (is_windows) diagnostic.label(place_of(ir::at(task_.body, {"os"}), task_.origin), "the task runs on Windows");
      diagnostic.help(is_windows ? "`\"1.0.0\"`, or leave it out for the latest" : "`\"1.4.0\"`, or leave it out for the latest");
    }
    if (!is_windows && version_ == "1.3.0") newer();
  }

 private:
  /// What came with 1.4.0.
  void newer() {
    needs(ir::at(task_.body, {"ephemeral_storage"}), "`ephemeral_storage`");
    needs(ir::at(task_.body, {"pid"}), "`pid`");
    if (number_of(task_.body, {"cpu"}).value_or(0) >= kLargeCpu) needs(ir::at(task_.body, {"cpu"}), "tasks of 8 vCPU and more");
    for (const auto& [name, volume] : entries_of(task_.body, {"volume"})) needs(ir::at(volume, {"efs"}), "volumes of EFS");
    for (const auto& [name, container] : entries_of(task_.body, {"container"})) {
      needs(ir::at(container, {"linux", "add_capabilities"}), "capabilities to add");
      needs(ir::at(container, {"sysctls"}), "`sysctls`");
      needs(ir::at(container, {"env_file"}), "files of variables");
    }
  }

  void needs(const ir::Value* value, std::string_view what) {
    if (value == nullptr) return;
    reporter_.report_each("E0348", place_of(value, task_.origin), fmt::format("version {} of Fargate's platform has no {}", version_, what), "since 1.4.0")
        .label(place_, "the version")
        .help("`platform = \"1.4.0\"`, or leave it out for the latest");
  }

  const ir::Resource& task_;
  const std::string& version_;
  Span place_;
  sema::Reporter& reporter_;
};

}  // namespace

void validate_compatible(const ir::Resource& task, sema::Reporter& reporter) {
  for (const ir::Value& item : items_of(task.body, {"compatible"})) {
    const std::string* type = item.as_string();
    if (type == nullptr || *type == "fargate") continue;
    const Span why = place_of(&item, place_of(ir::at(task.body, {"compatible"}), task.origin));
    CapacityKindRules rules(task, *type, why, task.origin, reporter);
    if (*type == "external") rules.external();
    if (*type == "managed_instances") rules.managed_instances();
    rules.without_own_disk();
  }
}

void validate_capacity_kind(const ir::Resource& task, std::string_view type, Span why, Span addressed, sema::Reporter& reporter) {
  // What the task itself says has been told.
  for (const ir::Value& item : items_of(task.body, {"compatible"})) {
    if (item.as_string() != nullptr && *item.as_string() == type) return;
  }
  CapacityKindRules rules(task, type, why, addressed, reporter);
  if (type == "external") rules.external();
  if (type == "managed_instances") rules.managed_instances();
  if (type != "fargate") rules.without_own_disk();
}

void validate_platform(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  const std::string* version = text_of(service.body, {"platform"});
  const ir::Resource* task = referred(program, service.body, "task");
  if (version == nullptr || *version == "LATEST" || task == nullptr || !puts_on_fargate(program, service)) return;
  PlatformRules(*task, *version, place_of(ir::at(service.body, {"platform"}), service.origin), reporter).check();
}

}  // namespace berth::lower
