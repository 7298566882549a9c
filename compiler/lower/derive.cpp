#include "compiler/lower/derive.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/build.h"
#include "ir/capacity.h"

namespace berth::lower {
namespace {

/// The resources, in order of address.
class Declarations {
 public:
  explicit Declarations(std::vector<sema::Declared>& resources) : resources_(resources) {}

  /// What the reference stands for, when it is a resource of `kind`; else null.
  [[nodiscard]] sema::Declared* find(const ir::Value* reference, std::string_view kind) const {
    if (reference == nullptr || reference->as_reference() == nullptr || reference->as_reference()->target.kind != kind) return nullptr;
    const ir::Address& target = reference->as_reference()->target;
    const auto found = std::lower_bound(resources_.begin(), resources_.end(), target, [](const sema::Declared& declared, const ir::Address& wanted) { return declared.address < wanted; });
    return found == resources_.end() || found->address != target ? nullptr : &*found;
  }

 private:
  std::vector<sema::Declared>& resources_;
};

constexpr std::string_view kRegionOption = "awslogs-region";

ir::Map* map_at(ir::Map& body, std::string_view key) {
  ir::Value* value = body.find(key);
  return value == nullptr ? nullptr : value->as_map();
}

sema::Declared* task_of(const sema::Declared& resource, const Declarations& all) { return all.find(resource.body.find("task"), "task"); }

bool is_compatible_with_fargate(const ir::Map& task) {
  const ir::Value* compatible = task.find("compatible");
  if (compatible == nullptr || compatible->as_list() == nullptr) return false;
  return std::any_of(compatible->as_list()->begin(), compatible->as_list()->end(),
                     [](const ir::Value& item) { return item.as_string() != nullptr && *item.as_string() == "fargate"; });
}

bool is_fargate(std::string_view capacity) { return capacity == "fargate" || capacity == "fargate_spot" || capacity.ends_with(".fargate") || capacity.ends_with(".fargate_spot"); }

/// The value that puts a service or job on Fargate: its own capacity or launch type, else the capacity that its cluster has for all. Null when none does.
const ir::Value* fargate_of(const sema::Declared& resource, const Declarations& all) {
  const ir::Value* capacity = resource.body.find("capacity");
  if (capacity != nullptr && capacity->as_map() != nullptr) {
    for (const auto& [kind, block] : *capacity->as_map()) {
      if (is_fargate(kind)) return &block;
    }
    return nullptr;
  }
  if (capacity != nullptr && capacity->as_list() != nullptr && !capacity->as_list()->empty()) {
    for (const ir::Value& share : *capacity->as_list()) {
      const ir::Value* provider = ir::at(share, {"provider"});
      if (provider != nullptr && provider->as_reference() != nullptr && is_fargate(provider->as_reference()->target.name)) return provider;
    }
    return nullptr;
  }
  if (const ir::Value* launch = resource.body.find("launch")) return launch->as_string() != nullptr && is_fargate(*launch->as_string()) ? launch : nullptr;
  const sema::Declared* cluster = all.find(resource.body.find("cluster"), "cluster");
  if (cluster == nullptr) return nullptr;
  for (const ir::CapacityPart& part : ir::capacity_parts(cluster->body)) {
    if (part.is_fargate() && part.has_share()) return ir::at(*cluster->body.find("capacity"), {part.kind});
  }
  return nullptr;
}

/// A part of a cluster's own capacity, as a service would write it.
ir::Value share_of(const ir::Address& cluster, const ir::CapacityPart& part) {
  const ir::Origin origin{.span = part.span, .is_default = true};
  ir::Map share;
  share.set("provider", ir::Value::reference(part.address(cluster), origin));
  for (const char* field : {"base", "weight"}) {
    const ir::Value* value = part.body->find(field);
    share.set(field, value == nullptr ? ir::Value::integer(0, origin) : ir::Value(value->data(), origin));
  }
  return ir::Value::map(std::move(share), origin);
}

/// Where a service says neither `launch` nor `capacity`, its tasks run on what the cluster has for such services: ECS takes that over when the service is
/// made. Without anything in it, it is instances; an explicit `launch = "ec2"` is the same.
void set_capacity(sema::Declared& service, const Declarations& all) {
  if (sema::has_task_sets(service.body)) return;
  if (service.body.find("capacity") != nullptr || service.body.find("launch") != nullptr) return;
  const sema::Declared* cluster = all.find(service.body.find("cluster"), "cluster");
  if (cluster == nullptr) return;
  ir::List shares;
  for (const ir::CapacityPart& part : ir::capacity_parts(cluster->body)) {
    if (part.has_share()) shares.push_back(share_of(cluster->address, part));
  }
  if (shares.empty()) return;
  const Span span = cluster->body.find("capacity")->origin().span;
  service.body.set("capacity", ir::Value::list(std::move(shares), {.span = span, .is_default = true}));
}

/// `network_mode` where nobody wrote it; the origin is what asks for it.
void set_awsvpc(ir::Map& task, Span why) {
  if (task.find("network_mode") == nullptr) task.set("network_mode", ir::Value::string("awsvpc", {.span = why, .is_default = true}));
}

void set_region(ir::Map& task, const std::string& region) {
  ir::Map* containers = region.empty() ? nullptr : map_at(task, "container");
  if (containers == nullptr) return;
  for (auto& [name, container] : *containers) {
    ir::Map* logs = container.as_map() == nullptr ? nullptr : map_at(*container.as_map(), "logs");
    const ir::Value* driver = logs == nullptr ? nullptr : logs->find("driver");
    if (driver == nullptr || driver->as_string() == nullptr || *driver->as_string() != "awslogs") continue;
    ir::Map* options = map_at(*logs, "options");
    if (options != nullptr && options->find(kRegionOption) == nullptr) {
      options->set(std::string(kRegionOption), ir::Value::string(region, {.span = driver->origin().span, .is_default = true}));
    }
  }
}

/// The container that has the port, and the port's number.
struct Found {
  std::string container;
  const ir::Value* number = nullptr;
};

Found find_port(sema::Declared& task, const std::string& name, std::vector<std::string>& names) {
  Found found;
  ir::Map* containers = map_at(task.body, "container");
  if (containers == nullptr) return found;
  for (auto& [container_name, container] : *containers) {
    ir::Map* ports = container.as_map() == nullptr ? nullptr : map_at(*container.as_map(), "port");
    if (ports == nullptr) continue;
    for (const auto& [port, body] : *ports) {
      names.push_back(port);
      if (port == name && found.number == nullptr) found = {container_name, ir::at(body, {"number"})};
    }
  }
  return found;
}

void complete_expose(sema::Declared& service, const Declarations& all, sema::Reporter& reporter) {
  ir::Map* exposed = map_at(service.body, "expose");
  sema::Declared* task = exposed == nullptr ? nullptr : task_of(service, all);
  if (task == nullptr) return;
  for (auto& [name, body] : *exposed) {
    ir::Map* entry = body.as_map();
    if (entry == nullptr || (entry->find("container") != nullptr && entry->find("port") != nullptr)) continue;
    std::vector<std::string> names;
    const Found found = find_port(*task, name, names);
    const ir::Origin origin{.span = body.origin().span, .is_default = true};
    if (found.number != nullptr) {
      if (entry->find("container") == nullptr) entry->set("container", ir::Value::string(found.container, origin));
      if (entry->find("port") == nullptr) entry->set("port", ir::Value(found.number->data(), origin));
      continue;
    }
    Diagnostic& diagnostic = reporter.report("E0308", body.origin().span, fmt::format("`expose {}`: no container of `{}` has a port `{}`", name, service.address.name, name),
                                             "no such port");
    diagnostic.note(fmt::format("ports here: {}", names.empty() ? "none" : fmt::format("`{}`", fmt::join(names, "`, `"))));
    if (const auto meant = suggest(name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    else diagnostic.help(fmt::format("add `port {} = 8080` to the container that listens", name));
  }
}

}  // namespace

void derive(std::vector<sema::Declared>& resources, const std::string& region, sema::Reporter& reporter) {
  const Declarations all(resources);
  for (sema::Declared& declared : resources) {
    if (declared.address.kind == "task") {
      set_region(declared.body, region);
      if (is_compatible_with_fargate(declared.body)) set_awsvpc(declared.body, declared.body.find("compatible")->origin().span);
      continue;
    }
    if (declared.address.kind == "service") set_capacity(declared, all);
    sema::Declared* task = task_of(declared, all);
    const ir::Value* network = declared.body.find("network");
    if (task != nullptr && network != nullptr) set_awsvpc(task->body, network->origin().span);
    const ir::Value* fargate = task == nullptr || network != nullptr || sema::has_task_sets(declared.body) ? nullptr : fargate_of(declared, all);
    if (fargate != nullptr) set_awsvpc(task->body, fargate->origin().span);
    if (declared.address.kind == "service") complete_expose(declared, all, reporter);
  }
}

}  // namespace berth::lower
