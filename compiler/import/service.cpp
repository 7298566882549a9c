#include "compiler/import/service.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/words.h"
#include "compiler/import/canonical.h"
#include "compiler/import/members.h"
#include "compiler/import/task_definition.h"
#include "ir/capacity.h"
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
    if (found.as_reference() == nullptr) workspace_.wrong(document_, pointer_, fmt::format("names `{}`, which cannot be {}", text, with_article(kind)), "in here");
    return found;
  }

  [[nodiscard]] std::string resolve(const ir::Address& target) const {
    const ir::Program& program = workspace_.draft.program;
    if (const auto external = program.externs.find(target); external != program.externs.end()) return ir::api_text(external->second, program);
    if (target.kind == "capacity") return capacity_name(target);
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

  /// AWS name of a part of the capacity of a cluster of the stack.
  [[nodiscard]] std::string capacity_name(const ir::Address& address) const {
    const auto target = ir::capacity_target(address);
    const auto cluster = target ? workspace_.draft.program.resources.find(target->cluster) : workspace_.draft.program.resources.end();
    if (cluster == workspace_.draft.program.resources.end()) return address.name;
    const ir::Value* name = ir::at(cluster->second.body, {"name"});
    for (const ir::CapacityPart& part : ir::capacity_parts(cluster->second.body)) {
      if (part.label == target->label) return ir::capacity_provider_name(name == nullptr ? target->cluster.name : *name->as_string(), part);
    }
    return target->label;
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
          const ir::Address address{"capacity", own->second.name + "." + label};
          if (capacity_name(address) == text) return ir::Value::reference(address);
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

/// Capacity that a cluster lists, as the parts of its `capacity { }`.
class CapacityReader {
 public:
  /// `tags`: of the cluster; null without any.
  CapacityReader(Workspace& workspace, const Document& document, const std::string& pointer, std::string cluster, const ir::Value* tags)
      : workspace_(workspace), document_(document), pointer_(pointer), cluster_(std::move(cluster)), tags_(tags) {}

  void provider(const Json& listed) {
    const std::string name = listed.is_string() ? listed.get<std::string>() : "";
    const std::string word = capacity_word(name);
    const auto described = workspace_.providers.find(name);
    if (!word.empty()) {
      capacity_.set(word, ir::Value::map({}));
      parts_[name] = {word, ""};
    } else if (described != workspace_.providers.end()) {
      part(name, described->second);
    } else {
      workspace_.note(document_, path_text(below(pointer_, "capacityProviders")),
                      fmt::format("{}: a description of a cluster does not say what the capacity provider is made of: left out; services name it as an `extern capacity`; what `aws ecs describe-capacity-providers` says brings it in",
                                  canonical_json(listed)));
    }
  }

  void share(const Json& part) {
    const Json given = part.is_object() ? part.value("capacityProvider", Json()) : Json();
    const std::string name = given.is_string() ? given.get<std::string>() : "";
    const auto known = parts_.find(name);
    if (known == parts_.end()) {
      workspace_.note(document_, path_text(below(pointer_, "defaultCapacityProviderStrategy")), fmt::format("`{}` is not a part of the cluster here: left out of its default", name));
      return;
    }
    const auto& [kind, label] = known->second;
    ir::Map* body = capacity_.find(kind)->as_map();
    if (!label.empty()) body = body->find(label)->as_map();
    for (const char* member : {"base", "weight"}) {
      const Json amount = part.value(member, Json(0));
      if (amount.is_number_integer() && amount != 0) body->set(member, ir::Value::integer(amount.get<std::int64_t>()));
    }
  }

  ir::Map take() { return std::move(capacity_); }

 private:
  void part(const std::string& name, ProviderInput& described) {
    const std::string kind = described.object.contains("managedInstancesProvider") ? "managed" : "asg";
    described.used = true;
    const std::string where = described.pointer.empty() ? "" : path_text(described.pointer) + ".";
    ir::FromEcs read = ir::capacity_from_ecs(kind, described.object, [&](std::string_view of, const std::string& text) {
      ir::Value found = workspace_.external(of, text);
      if (found.as_reference() == nullptr) workspace_.wrong(*described.document, described.pointer, fmt::format("names `{}`, which cannot be {}", text, with_article(of)), "in here");
      return found;
    });
    ir::Map body = *read.body.as_map();
    const std::string prefix = cluster_ + "-";
    const std::string label = label_for(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
    if (prefix + label != name) body.set("name", ir::Value::string(name));
    const ir::CapacityPart made{.kind = kind, .label = label, .body = &body};
    const Json told = ir::capacity_to_ecs(made, [&](const ir::Address& target) { return ir::api_text(workspace_.draft.program.externs.at(target), workspace_.draft.program); });
    Json expected = Json::object();
    for (const char* member : {"autoScalingGroupProvider", "managedInstancesProvider"}) {
      if (described.object.contains(member) && !described.object[member].is_null()) expected[member] = described.object[member];
    }
    note_losses(workspace_, *described.document, canonical_capacity_provider(expected), canonical_capacity_provider(told), where);
    if (described.object.contains("tags") && !described.object["tags"].is_null()) {
      ir::Map tagged;
      set_tags(workspace_, *described.document, below(described.pointer, "tags"), described.object["tags"], tagged);
      const ir::Value* tags = tagged.find("tags");
      if (tags != nullptr && (tags_ == nullptr || !(*tags == *tags_))) workspace_.note(*described.document, where + "tags", "a capacity provider has the tags of its cluster: left out");
    }
    if (capacity_.find(kind) == nullptr) capacity_.set(kind, ir::Value::map({}));
    capacity_.find(kind)->as_map()->set(label, ir::Value::map(std::move(body)));
    parts_[name] = {kind, label};
  }

  /// A label that no other part has.
  std::string label_for(const std::string& name) {
    const std::string wanted = identifier(name).empty() ? "group" : identifier(name);
    std::string label = wanted;
    for (int i = 2; !labels_.insert(label).second || label == "fargate" || label == "fargate_spot"; ++i) label = fmt::format("{}_{}", wanted, i);
    return label;
  }

  Workspace& workspace_;
  const Document& document_;
  const std::string& pointer_;
  std::string cluster_;
  const ir::Value* tags_;
  ir::Map capacity_;
  std::map<std::string, std::pair<std::string, std::string>> parts_;  ///< by AWS name: kind and label
  std::set<std::string> labels_;
};

/// What services of the cluster run on, with the parts that those get which name none. `body` has its tags, if it has any.
void take_capacity(Workspace& workspace, const Document& document, const std::string& pointer, Json& cluster, ir::Map& body) {
  const auto list = [&](const char* member) { return cluster.contains(member) && !cluster[member].is_null() ? cluster[member] : Json::array(); };
  const Json providers = list("capacityProviders");
  const Json strategy = list("defaultCapacityProviderStrategy");
  cluster.erase("capacityProviders");
  cluster.erase("defaultCapacityProviderStrategy");
  if (!providers.is_array() || !strategy.is_array()) {
    workspace.wrong(document, below(pointer, providers.is_array() ? "defaultCapacityProviderStrategy" : "capacityProviders"), "is no list", "here");
    return;
  }
  const Json name = cluster.value("clusterName", Json("default"));
  CapacityReader reader(workspace, document, pointer, name.is_string() ? name.get<std::string>() : "", body.find("tags"));
  for (const Json& provider : providers) reader.provider(provider);
  for (const Json& part : strategy) reader.share(part);
  ir::Map capacity = reader.take();
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

void add_provider(Workspace& workspace, const Document& document, const std::string& pointer, const Json& provider) {
  const Json given = provider.value("name", Json());
  const std::string name = given.is_string() ? given.get<std::string>() : "";
  if (!capacity_word(name).empty()) return;
  const bool is_known = std::any_of(provider.begin(), provider.end(), [](const Json& member) { return member.is_object(); });
  if (name.empty() || !is_known) {
    workspace.wrong(document, name.empty() ? below(pointer, "name") : pointer, name.empty() ? "is missing" : "says neither `autoScalingGroupProvider` nor `managedInstancesProvider`", "a capacity provider has one");
    return;
  }
  for (const char* member : {"autoScalingGroupProvider", "managedInstancesProvider"}) {
    if (provider.contains(member) && !provider[member].is_null() && !provider[member].is_object()) return static_cast<void>(workspace.wrong(document, below(pointer, member), "is no object", "here"));
  }
  if (!workspace.providers.emplace(name, ProviderInput{.document = &document, .pointer = pointer, .object = provider}).second) {
    workspace.wrong(document, below(pointer, "name"), fmt::format("is `{}`, as in another input", name), "a second time");
  }
}

void add_cluster(Workspace& workspace, const Document& document, const std::string& pointer, Json cluster, const Json& tags) {
  const ir::schema::Block& kind = *ir::schema::resource_kind("cluster");
  const std::size_t errors = workspace.sink.count(Severity::error);
  if (!cluster.contains("clusterName") || cluster["clusterName"].is_null()) cluster["clusterName"] = "default";
  ir::Map own;
  set_tags(workspace, document, below(pointer, "tags"), cluster.contains("tags") ? cluster["tags"] : tags, own);
  take_capacity(workspace, document, pointer, cluster, own);
  check_members(workspace, document, kind, cluster, pointer);
  if (workspace.sink.count(Severity::error) != errors) return;
  const std::string name = cluster["clusterName"].get<std::string>();
  const auto refer = [&](std::string_view of, const std::string& text) {
    ir::Value found = workspace.external(of, text);
    if (found.as_reference() == nullptr) workspace.wrong(document, pointer, fmt::format("names `{}`, which cannot be {}", text, with_article(of)), "in here");
    return found;
  };
  ir::FromEcs read = ir::from_ecs(kind, cluster, refer);
  ir::Map& body = *read.body.as_map();
  body.erase("tags");
  for (const auto& [key, value] : own) body.set(key, value);
  if (workspace.clusters.contains(name)) {
    workspace.wrong(document, below(pointer, "clusterName"), fmt::format("is `{}`, as in another input", name), "a second time");
    return;
  }
  const ir::Address address{"cluster", workspace.names.take(name, "cluster")};
  workspace.clusters.emplace(name, address);
  workspace.draft.program.resources.emplace(address, ir::Resource{.address = address, .body = std::move(read.body), .origin = {}, .doc = ""});
}

}  // namespace berth::importing
