#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/export/compose_container.h"
#include "compiler/export/losses.h"
#include "compiler/export/parameters.h"
#include "compiler/export/requests.h"
#include "compiler/export/yaml.h"
#include "ir/quantity.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

using ir::Map;
using ir::Value;

/// Settings of tasks and services that mean nothing in compose, or that its way of working covers.
const std::set<std::string, std::less<>> kTaskSettings = {"name", "container", "network_mode", "volume"};
const std::set<std::string, std::less<>> kServiceSettings = {"name", "cluster", "task", "replicas"};

class Composition {
 public:
  Composition(const ir::Program& program, const Options& options) : program_(program), context_{.options = options, .made = made_, .secrets = secrets_, .names = names_} {}

  Export run() {
    std::set<ir::Address> used;
    for (const auto& [address, resource] : program_.resources) {
      if (address.kind == "service") service(address, resource, used);
    }
    for (const auto& [address, resource] : program_.resources) {
      if (address.kind == "task" && !used.contains(address)) task(address, resource, nullptr, aws_name(resource));
      if (address.kind == "cluster") cluster(address, resource);
    }
    report_other_kinds(program_, {}, "compose has nothing of this kind", made_.losses);
    for (const ir::Output& output : program_.outputs) made_.losses.push_back({"output " + output.name, "compose has no outputs", output.value.origin().span});
    Json document{{"services", std::move(services_)}};
    if (!volumes_.empty()) document["volumes"] = std::move(volumes_);
    made_.files.push_back({"compose.yaml", to_yaml(document, {"image", "services", "volumes"})});
    finish(made_);
    return std::move(made_);
  }

 private:
  void lost(const ir::Address& address, std::string_view setting, std::string_view reason, const Value& value) {
    made_.losses.push_back({fmt::format("{} {}", address.text(), setting), std::string(reason), value.origin().span});
  }

  /// A loss for what somebody wrote and `kept` does not have.
  void report_rest(const ir::Address& address, const Value& body, const std::set<std::string, std::less<>>& kept) {
    for (const auto& [key, value] : *body.as_map()) {
      const bool is_default = value.origin().is_default || is_schema_default(address, key, value);
      if (!kept.contains(key) && !is_default) lost(address, key, "compose has no place for it", value);
    }
  }

  /// The strategy of a deployment is always there, also when nobody wrote one.
  static bool is_schema_default(const ir::Address& address, std::string_view key, const Value& value) {
    const ir::schema::Field* field = ir::schema::resource_kind(address.kind)->field(key);
    return field != nullptr && ir::schema::default_value(*field) == value;
  }

  void cluster(const ir::Address& address, const ir::Resource& resource) { report_rest(address, resource.body, {"name"}); }

  void service(const ir::Address& address, const ir::Resource& resource, std::set<ir::Address>& used) {
    const Value* task_reference = ir::at(resource.body, {"task"});
    if (task_reference == nullptr || task_reference->as_reference() == nullptr) return;
    const auto found = program_.resources.find(task_reference->as_reference()->target);
    if (found == program_.resources.end()) return;
    report_rest(address, resource.body, kServiceSettings);
    // What a task definition cannot say is told once.
    const std::size_t told = made_.losses.size();
    task(found->first, found->second, &resource, aws_name(resource));
    if (!used.insert(found->first).second) made_.losses.resize(told);
  }

  void task(const ir::Address& address, const ir::Resource& resource, const ir::Resource* service, const std::string& base) {
    const Value* containers = ir::at(resource.body, {"container"});
    if (containers == nullptr || containers->as_map() == nullptr) return;
    // The limit of a task is that of its only container.
    const Value* memory = containers->as_map()->size() == 1 ? ir::at(resource.body, {"memory"}) : nullptr;
    std::set<std::string, std::less<>> kept = kTaskSettings;
    if (memory != nullptr) kept.insert("memory");
    report_rest(address, resource.body, kept);
    const Value* mode = ir::at(resource.body, {"network_mode"});
    ComposeTask task{.address = address, .body = resource.body, .base = base, .network = mode == nullptr || mode->as_string() == nullptr ? "bridge" : *mode->as_string(), .holder = "", .names = {}, .volumes = {}};
    const std::size_t count = containers->as_map()->size();
    for (const auto& [name, container] : *containers->as_map()) task.names[name] = count == 1 ? base : base + "-" + name;
    if (task.network == "awsvpc" && count > 1) {
      task.holder = holder(*containers->as_map());
      if (task.holder.empty()) lost(address, "network_mode", "no container runs from first to last, so each has a network of its own: they reach each other by name, not on localhost", *containers);
    }
    volumes(task);
    const Value* replicas = service == nullptr ? nullptr : ir::at(service->body, {"replicas"});
    task.replicas = replicas == nullptr || replicas->as_quantity() == nullptr ? 1 : replicas->as_quantity()->amount;
    for (const auto& [name, container] : *containers->as_map()) {
      Json made = compose_service(task, name, container, context_);
      if (memory != nullptr && memory->as_quantity() != nullptr && !made.contains("mem_limit")) made["mem_limit"] = fmt::format("{}m", memory->as_quantity()->amount / ir::kMebibyte);
      // A task that no service keeps running starts when somebody asks for it.
      if (service == nullptr) made["profiles"] = Json::array({base});
      if (service != nullptr) keep_running(task, container, replicas, made);
      services_[task.names[name]] = std::move(made);
    }
  }

  /// The container whose network the others join: it starts before all of them, and ends with the task.
  static std::string holder(const Map& containers) {
    for (const auto& [name, container] : containers) {
      const Value* essential = ir::at(container, {"essential"});
      const bool is_essential = essential == nullptr || essential->as_bool() == nullptr || *essential->as_bool();
      if (is_essential && ir::at(container, {"depends_on"}) == nullptr) return name;
    }
    return "";
  }

  void keep_running(const ComposeTask& task, const Value& container, const Value* replicas, Json& made) {
    const Value* essential = ir::at(container, {"essential"});
    const bool is_essential = essential == nullptr || essential->as_bool() == nullptr || *essential->as_bool();
    if (is_essential && !made.contains("restart")) made["restart"] = "always";
    if (task.replicas == 1 || replicas == nullptr) return;
    if (made.contains("network_mode")) {
      lost(task.address, "network_mode", "containers of compose that share a network are there once, however many replicas are asked for", *replicas);
    } else {
      made["deploy"] = {{"replicas", task.replicas}};
    }
  }

  void volumes(ComposeTask& task) {
    const Value* all = ir::at(task.body, {"volume"});
    if (all == nullptr || all->as_map() == nullptr) return;
    for (const auto& [name, volume] : *all->as_map()) {
      if (const Value* path = ir::at(volume, {"host", "path"}); path != nullptr && path->as_string() != nullptr) {
        task.volumes[name] = *path->as_string();
        continue;
      }
      Json declaration = Json::object();
      std::string named = task.base + "-" + name;
      for (const auto& [kind, block] : *volume.as_map()) {
        if (kind == "docker") docker_volume(task, name, block, named, declaration);
        else if (!block.origin().is_default) lost(task.address, fmt::format("volume.{}.{}", name, kind), "compose makes a volume of Docker in its place", block);
      }
      task.volumes[name] = named;
      volumes_[named] = std::move(declaration);
    }
  }

  void docker_volume(const ComposeTask& task, const std::string& name, const Value& block, std::string& named, Json& declaration) {
    const auto text = [&](std::string_view key) {
      const Value* value = ir::at(block, {key});
      return value == nullptr || value->as_string() == nullptr ? std::string() : *value->as_string();
    };
    if (text("scope") == "shared") named = name;
    if (!text("driver").empty()) declaration["driver"] = text("driver");
    for (const auto& [setting, member] : {std::pair("options", "driver_opts"), std::pair("labels", "labels")}) {
      if (const Value* map = ir::at(block, {setting})) declaration[member] = compose_texts(task.address, fmt::format("volume.{}.docker.{}", name, setting), *map, context_);
    }
  }

  const ir::Program& program_;
  Export made_;
  SensitiveInputs secrets_;
  UniqueNames names_;
  ComposeContext context_;
  Json services_ = Json::object();
  Json volumes_ = Json::object();
};

}  // namespace

Export to_compose(const ir::Program& program, const Options& options) { return Composition(program, options).run(); }

}  // namespace berth::exporting
