#include "compiler/import/service.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/import/canonical.h"
#include "compiler/import/members.h"
#include "compiler/import/task_definition.h"
#include "ir/ecs_form.h"
#include "ir/externs.h"

namespace berth::importing {
namespace {

/// The words that a cluster has for the capacity that AWS provides.
std::string capacity_word(const std::string& provider) {
  if (provider == "FARGATE") return "fargate";
  return provider == "FARGATE_SPOT" ? "fargate_spot" : "";
}

/// Reads what a service refers to, and the reverse.
class ServiceReader {
 public:
  ServiceReader(Workspace& workspace, const Document& document, const std::string& pointer, std::string cluster)
      : workspace_(workspace), document_(document), pointer_(pointer), cluster_(std::move(cluster)) {}

  ir::Value refer(std::string_view kind, const std::string& text) {
    if (kind == "cluster") {
      const auto own = workspace_.clusters.find(cluster_of(text));
      return own != workspace_.clusters.end() ? ir::Value::reference(own->second) : workspace_.external(kind, text, cluster_of(text));
    }
    if (kind == "task") return task(text);
    if (kind == "capacity") return capacity(text);
    ir::Value found = workspace_.external(kind, text);
    if (found.as_reference() == nullptr) workspace_.wrong(document_, pointer_, fmt::format("names `{}`, which cannot be a {}", text, kind), "in here");
    return found;
  }

  [[nodiscard]] std::string resolve(const ir::Address& target) const {
    const ir::Program& program = workspace_.draft.program;
    if (const auto external = program.externs.find(target); external != program.externs.end()) return ir::api_text(external->second, program);
    if (target.kind == "capacity") return target.name.ends_with(".fargate") ? "FARGATE" : target.name.ends_with(".fargate_spot") ? "FARGATE_SPOT" : target.name.substr(target.name.find('.') + 1);
    const ir::Value* name = ir::at(program.resources.at(target).body, {"name"});
    return name == nullptr || name->as_string() == nullptr ? target.name : *name->as_string();
  }

 private:
  ir::Value task(const std::string& text) {
    const std::string family = family_of(text);
    const auto known = workspace_.families.find(family);
    if (known != workspace_.families.end()) return ir::Value::reference(known->second);
    workspace_.sink.report("E0704", document_.place(below(pointer_, "taskDefinition"), workspace_.sources), fmt::format("the task definition `{}` is not among the inputs", text), "the service runs it")
        .note("a service of the language has its task, from which its ports and its network are checked")
        .help(fmt::format("add it: `aws ecs describe-task-definition --task-definition {} --include TAGS > {}.json`, and name that file as well", text, family));
    return {};
  }

  ir::Value capacity(const std::string& text) {
    const std::string word = capacity_word(text);
    const auto own = workspace_.clusters.find(cluster_);
    if (own != workspace_.clusters.end()) {
      const ir::Value* capacities = ir::at(workspace_.draft.program.resources.at(own->second).body, {"capacity"});
      if (!word.empty() && capacities != nullptr && capacities->as_map()->find(word) != nullptr) return ir::Value::reference({"capacity", own->second.name + "." + word});
      for (const char* kind : {"asg", "managed"}) {
        const ir::Value* named = capacities == nullptr ? nullptr : capacities->as_map()->find(kind);
        if (named == nullptr) continue;
        for (const auto& [label, provider] : *named->as_map()) {
          const ir::Value* name = ir::at(provider, {"name"});
          if (name != nullptr && name->as_string() != nullptr && *name->as_string() == text) return ir::Value::reference({"capacity", own->second.name + "." + label});
        }
      }
    }
    return workspace_.external("capacity", text, word);
  }

  Workspace& workspace_;
  const Document& document_;
  const std::string& pointer_;
  std::string cluster_;
};

/// Gives each `expose` the name of the port that it exposes, where the task has that port.
void name_exposed_ports(const Workspace& workspace, ir::Map& body) {
  ir::Value* expose = body.find("expose");
  const ir::Value* task = body.find("task");
  if (expose == nullptr || expose->as_map() == nullptr || task == nullptr || task->as_reference() == nullptr) return;
  const ir::Value* containers = ir::at(workspace.draft.program.resources.at(task->as_reference()->target).body, {"container"});
  ir::Map named;
  for (auto& [label, entry] : *expose->as_map()) {
    const ir::Value* container = ir::at(entry, {"container"});
    const ir::Value* number = ir::at(entry, {"port"});
    std::string name;
    const ir::Value* ports = containers == nullptr || container == nullptr || container->as_string() == nullptr ? nullptr : ir::at(*containers, {*container->as_string(), "port"});
    if (ports != nullptr && ports->as_map() != nullptr && number != nullptr) {
      for (const auto& [port, settings] : *ports->as_map()) {
        const ir::Value* of_port = ir::at(settings, {"number"});
        if (of_port != nullptr && *of_port == *number) name = port;
      }
    }
    if (name.empty()) name = number == nullptr ? "port" : fmt::format("p{}", ir::spell(*number));
    std::string free = name;
    for (int i = 2; named.find(free) != nullptr; ++i) free = fmt::format("{}_{}", name, i);
    named.set(free, std::move(entry));
  }
  *expose = ir::Value::map(std::move(named));
}

/// FARGATE and FARGATE_SPOT as the cluster's capacity, with their parts of what services get that name none.
void take_capacity(Workspace& workspace, const Document& document, const std::string& pointer, Json& cluster, ir::Map& body) {
  const auto list = [&](const char* member) { return cluster.contains(member) && !cluster[member].is_null() ? cluster[member] : Json::array(); };
  const Json providers = list("capacityProviders");
  const Json strategy = list("defaultCapacityProviderStrategy");
  cluster.erase("capacityProviders");
  cluster.erase("defaultCapacityProviderStrategy");
  ir::Map capacity;
  if (const ir::Value* known = body.find("capacity"); known != nullptr && known->as_map() != nullptr) capacity = *known->as_map();
  if (!providers.is_array() || !strategy.is_array()) {
    workspace.wrong(document, below(pointer, providers.is_array() ? "defaultCapacityProviderStrategy" : "capacityProviders"), "is no list", "here");
    return;
  }
  for (const Json& provider : providers) {
    const std::string word = provider.is_string() ? capacity_word(provider.get<std::string>()) : "";
    if (!word.empty()) {
      capacity.set(word, ir::Value::map({}));
    } else {
      workspace.note(document, path_text(below(pointer, "capacityProviders")), fmt::format("{}: a description of a cluster does not say what the capacity provider is made of: left out; services name it as an `extern capacity`", canonical_json(provider)));
    }
  }
  for (const Json& part : strategy) {
    const Json given = part.is_object() ? part.value("capacityProvider", Json()) : Json();
    const std::string name = given.is_string() ? given.get<std::string>() : "";
    ir::Value* share = capacity.find(capacity_word(name));
    if (share == nullptr) {
      workspace.note(document, path_text(below(pointer, "defaultCapacityProviderStrategy")), fmt::format("`{}` is not a part of the cluster here: left out of its default", name));
      continue;
    }
    for (const char* member : {"base", "weight"}) {
      const Json amount = part.value(member, Json(0));
      if (amount.is_number_integer() && amount != 0) share->as_map()->set(member, ir::Value::integer(amount.get<std::int64_t>()));
    }
  }
  if (!capacity.empty()) body.set("capacity", ir::Value::map(std::move(capacity)));
}

}  // namespace

std::string family_of(const std::string& text) {
  const std::string name = text.rfind("arn:", 0) == 0 ? text.substr(text.rfind('/') + 1) : text;
  return name.substr(0, name.find(':'));
}

std::string cluster_of(const std::string& text) { return text.rfind("arn:", 0) == 0 ? text.substr(text.rfind('/') + 1) : text; }

void add_service(Workspace& workspace, const Document& document, const std::string& pointer, Json service, const Json& tags, const std::string& name) {
  const ir::schema::Block& kind = *ir::schema::resource_kind("service");
  const std::size_t errors = workspace.sink.count(Severity::error);
  for (const char* member : {"clientToken", "deletionProtection"}) service.erase(member);
  if (!service.contains("cluster") || service["cluster"].is_null()) service["cluster"] = service.value("clusterArn", Json("default"));
  const Json original = service;
  check_members(workspace, document, kind, service, pointer);
  for (const char* member : {"serviceName", "taskDefinition"}) {
    if (!service.contains(member) || service[member].is_null()) workspace.wrong(document, below(pointer, member), "is missing", "a service has one");
  }
  if (workspace.sink.count(Severity::error) != errors) return;
  if (service.value("platformVersion", Json()) == Json("LATEST")) service.erase("platformVersion");  // what ECS takes without it
  ServiceReader reader(workspace, document, pointer, cluster_of(service["cluster"].get<std::string>()));
  ir::FromEcs read = ir::from_ecs(kind, service, [&](std::string_view of, const std::string& text) { return reader.refer(of, text); });
  if (workspace.sink.count(Severity::error) != errors) return;
  ir::Map& body = *read.body.as_map();
  body.erase("tags");
  set_tags(workspace, document, below(pointer, "tags"), service.contains("tags") ? service["tags"] : tags, body);
  // It keeps the service off what its cluster has for those that say nothing; the canonical form is silent about it.
  if (original.value("launchType", Json()) == "EC2" && body.find("capacity") == nullptr) body.set("launch", ir::Value::string("ec2"));
  name_exposed_ports(workspace, body);
  const ir::Address address{"service", name};
  ir::Resource& added = workspace.draft.program.resources[address];
  added = ir::Resource{.address = address, .body = std::move(read.body), .origin = {}, .doc = ""};
  Json expected = canonical_service(original);
  expected.erase("tags");
  const Json after = ir::to_ecs(kind, added.body, [&](const ir::Address& target) { return reader.resolve(target); });
  Json told = canonical_service(after);
  // A cluster of the stack is referred to, by whatever text the input has for it.
  if (expected.contains("cluster") && cluster_of(expected["cluster"].get<std::string>()) == cluster_of(told.value("cluster", ""))) told["cluster"] = expected["cluster"];
  note_losses(workspace, document, expected, told, pointer.empty() ? "" : path_text(pointer) + ".");
}

void add_cluster(Workspace& workspace, const Document& document, const std::string& pointer, Json cluster, const Json& tags) {
  const ir::schema::Block& kind = *ir::schema::resource_kind("cluster");
  const std::size_t errors = workspace.sink.count(Severity::error);
  if (!cluster.contains("clusterName") || cluster["clusterName"].is_null()) cluster["clusterName"] = "default";
  ir::Map capacity;
  take_capacity(workspace, document, pointer, cluster, capacity);
  check_members(workspace, document, kind, cluster, pointer);
  if (workspace.sink.count(Severity::error) != errors) return;
  const std::string name = cluster["clusterName"].get<std::string>();
  const auto refer = [&](std::string_view of, const std::string& text) {
    ir::Value found = workspace.external(of, text);
    if (found.as_reference() == nullptr) workspace.wrong(document, pointer, fmt::format("names `{}`, which cannot be a {}", text, of), "in here");
    return found;
  };
  ir::FromEcs read = ir::from_ecs(kind, cluster, refer);
  ir::Map& body = *read.body.as_map();
  body.erase("tags");
  set_tags(workspace, document, below(pointer, "tags"), cluster.contains("tags") ? cluster["tags"] : tags, body);
  if (const ir::Value* parts = capacity.find("capacity")) body.set("capacity", *parts);
  if (workspace.clusters.contains(name)) {
    workspace.wrong(document, below(pointer, "clusterName"), fmt::format("is `{}`, as in another input", name), "a second time");
    return;
  }
  const ir::Address address{"cluster", workspace.names.take(name, "cluster")};
  workspace.clusters.emplace(name, address);
  workspace.draft.program.resources.emplace(address, ir::Resource{.address = address, .body = std::move(read.body), .origin = {}, .doc = ""});
}

}  // namespace berth::importing
