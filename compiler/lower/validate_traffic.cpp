// How requests reach the tasks of a service: load balancers, Service Connect, Cloud Map, VPC Lattice.
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::size_t kMostTargetGroups = 5;

class TrafficRules {
 public:
  TrafficRules(const ir::Program& program, const ir::Resource& service, const ir::Resource& task, sema::Reporter& reporter)
      : service_(service), task_(task), cluster_(referred(program, service.body, "cluster")), reporter_(reporter), mode_(text_of(task.body, {"network_mode"})), strategy_(text_of(service.body, {"deploy", "strategy"})) {
    for (const auto& [container, body] : entries_of(task.body, {"container"})) {
      for (const auto& [name, port] : entries_of(body, {"port"})) {
        if (!is_on(port, {"unnamed"})) named_.emplace(name, &port);
      }
    }
  }

  void check() {
    load_balancers();
    load_balancer_role();
    if (const ir::Value* connect = ir::at(service_.body, {"connect"})) service_connect(*connect);
    registries();
    for (const ir::Value& target : items_of(service_.body, {"lattice"})) named_port(target, "E0344", place_of(&target, place(ir::at(service_.body, {"lattice"}))));
  }

 private:
  [[nodiscard]] Span place(const ir::Value* value) const { return place_of(value, service_.origin); }
  [[nodiscard]] bool shifts_traffic() const { return strategy_ != nullptr && *strategy_ != "rolling"; }

  Diagnostic& report(std::string_view code, Span at, std::string message, std::string label) { return reporter_.report_each(code, at, std::move(message), std::move(label)); }

  // ---- load balancers ----------------------------------------------------------------------------------------------------------------

  void load_balancers() {
    std::size_t groups = 0;
    std::size_t classic = 0;
    for (const auto& [name, entry] : entries_of(service_.body, {"expose"})) {
      const Span header = place(&entry);
      const ir::Value* group = ir::at(entry, {"target_group"});
      const ir::Value* balancer = ir::at(entry, {"load_balancer"});
      if (group == nullptr && balancer == nullptr) report("E0344", header, fmt::format("`expose {}` does not say where requests come from", name), "no target group").help("`target_group = NAME`, with `extern target_group NAME { … }`");
      if (group != nullptr && balancer != nullptr) {
        report("E0344", place_of(balancer, header), fmt::format("`expose {}` has a target group and a Classic Load Balancer", name), "the second one").label(place_of(group, header), "the first one").help("two blocks, one for each");
      }
      if (group != nullptr && ++groups == kMostTargetGroups + 1) report("E0344", header, fmt::format("a service has at most {} target groups", kMostTargetGroups), "one too many").help("let one target group take several ports, or use a second service");
      if (balancer != nullptr) {
        if (shifts_traffic()) {
          report("E0344", place_of(balancer, header), fmt::format("`deploy {}` shifts no traffic of a Classic Load Balancer", *strategy_), "it has no sides").help("a target group for each side, or `deploy rolling { }`");
        }
        if (++classic == 2) report("E0344", header, "a service has one Classic Load Balancer", "a second one").help("use target groups");
        classic_balancer(entry, *balancer, header);
      }
      target(name, entry, header);
      sides(name, entry, header);
    }
  }

  /// The role of before there was one for ECS itself.
  void load_balancer_role() {
    const ir::Value* role = ir::at(service_.body, {"raw", "role"});
    if (role == nullptr) return;
    const bool exposes = !entries_of(service_.body, {"expose"}).empty();
    if (exposes && (mode_ == nullptr || *mode_ != "awsvpc")) return;
    report("E0344", place(role), exposes ? "a service whose tasks have an address of their own takes no `role`" : "`role` is for a service with a load balancer", "refused by ECS")
        .help("remove it: ECS has a role of its own for load balancers");
  }

  /// The container and the port that requests go to.
  void target(const std::string& name, const ir::Value& entry, Span header) {
    const std::string* container = text_of(entry, {"container"});
    const auto port = number_of(entry, {"port"});
    if (container == nullptr) return;
    const ir::Map& containers = entries_of(task_.body, {"container"});
    const ir::Value* found = containers.find(*container);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const auto& [other, body] : containers) names.push_back(other);
      Diagnostic& diagnostic = report("E0344", place_of(ir::at(entry, {"container"}), header), fmt::format("`expose {}`: the task has no container `{}`", name, *container), "no such container");
      if (const auto meant = suggest(*container, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
      else diagnostic.help(fmt::format("containers of the task: `{}`", fmt::join(names, "`, `")));
      return;
    }
    if (!port) return;
    std::vector<std::int64_t> numbers;
    for (const auto& [other, body] : entries_of(*found, {"port"})) {
      const auto number = number_of(body, {"number"});
      if (!number) continue;
      if (*number == *port) return;
      numbers.push_back(*number);
    }
    report("E0344", place_of(ir::at(entry, {"port"}), header), fmt::format("`expose {}`: `{}` does not listen on {}", name, *container, *port), "no such port")
        .help(numbers.empty() ? fmt::format("add `port {} = {}` to `{}`", name, *port, *container) : fmt::format("it listens on {}", fmt::join(numbers, ", ")));
  }

  void classic_balancer(const ir::Value& entry, const ir::Value& balancer, Span header) {
    const Span at = place_of(&balancer, header);
    if (mode_ != nullptr && *mode_ == "awsvpc") {
      report("E0344", at, "a Classic Load Balancer does not reach tasks that have an address of their own", "only instances").help("use a target group");
      return;
    }
    const std::string* container = text_of(entry, {"container"});
    const auto port = number_of(entry, {"port"});
    if (container == nullptr || !port || mode_ == nullptr || *mode_ != "bridge") return;
    for (const auto& [name, body] : entries_of(task_.body, {"container", *container, "port"})) {
      if (number_of(body, {"number"}) != port || number_of(body, {"host"}).value_or(0) != 0) continue;
      report("E0344", at, "a Classic Load Balancer needs a fixed port on the machine", "it cannot follow a port that is picked").label(place_of(&body, task_.origin), "picked for each task").help(fmt::format("`host = {}` for the port, or use a target group", *port));
    }
  }

  /// Both sides of a deployment that shifts traffic.
  void sides(const std::string& name, const ir::Value& entry, Span header) {
    const ir::Value* first = nullptr;
    for (const std::string_view setting : {"alternate_target_group", "listener_rule", "test_listener_rule", "role"}) {
      const ir::Value* value = ir::at(entry, {setting});
      if (value != nullptr && first == nullptr) first = value;
    }
    if (!shifts_traffic()) {
      if (first == nullptr) return;
      report("E0344", place_of(first, header), fmt::format("`expose {}` has another side, and a rolling deployment uses one", name), "for `blue_green`, `canary` and `linear`").help("remove it, or `deploy blue_green { }`");
      return;
    }
    if (ir::at(entry, {"target_group"}) == nullptr) return;
    for (const std::string_view setting : {"alternate_target_group", "listener_rule", "role"}) {
      if (ir::at(entry, {setting}) != nullptr) continue;
      report("E0344", header, fmt::format("`expose {}` needs `{}` for `deploy {}`", name, setting, *strategy_), "it is missing")
          .note("traffic is shifted by a rule of the listener from one target group to the other")
          .help(fmt::format("`{} = NAME`", setting));
    }
  }

  // ---- names of ports ----------------------------------------------------------------------------------------------------------------

  void unknown_port(std::string_view code, Span at, const std::string& port) {
    std::vector<std::string> names;
    for (const auto& [name, body] : named_) names.emplace_back(name);
    Diagnostic& diagnostic = report(code, at, fmt::format("no container of the task has a port `{}`", port), "no such port");
    if (const auto meant = suggest(port, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    else diagnostic.help(names.empty() ? fmt::format("add `port {} = 8080` to the container that listens", port) : fmt::format("ports here: `{}`", fmt::join(names, "`, `")));
  }

  void named_port(const ir::Value& entry, std::string_view code, Span header) {
    const std::string* port = text_of(entry, {"port"});
    if (port != nullptr && !named_.contains(*port)) unknown_port(code, place_of(ir::at(entry, {"port"}), header), *port);
  }

  // ---- Service Connect ---------------------------------------------------------------------------------------------------------------

  void service_connect(const ir::Value& connect) {
    const Span header = place(&connect);
    if (mode_ != nullptr && (*mode_ == "host" || *mode_ == "none")) {
      report("E0345", header, fmt::format("Service Connect needs `bridge` or `awsvpc`, not `{}`", *mode_), "its proxy has no place").label(place_of(ir::at(task_.body, {"network_mode"}), task_.origin), "the network mode").help("another network mode, or no `connect`");
    }
    const ir::Value* requests = ir::at(connect, {"access_log"});
    if (requests != nullptr && ir::at(connect, {"logs"}) == nullptr) report("E0345", place_of(requests, header), "a log of requests needs `logs`", "it goes nowhere").help("`logs = awslogs(\"/my/proxy\")`");
    if (const ir::Value* query = ir::at(connect, {"access_log_query"}); query != nullptr && requests == nullptr) {
      report("E0345", place_of(query, header), "`access_log_query` is of no log of requests", "`access_log` is missing").help("add `access_log = \"json\"`");
    }
    if (ir::at(connect, {"namespace"}) == nullptr && cluster_ != nullptr && ir::at(cluster_->body, {"namespace"}) == nullptr) {
      report("E0345", header, "Service Connect needs a namespace", "neither here nor in the cluster").label(cluster_->origin, "the cluster").help("`namespace = NAME` here or in the cluster, with `extern namespace NAME { … }`");
    }
    std::map<std::string, Span> discovered;
    std::map<std::int64_t, Span> taken;
    for (const auto& [name, endpoint] : entries_of(connect, {"endpoint"})) {
      const Span at = place_of(&endpoint, header);
      const auto port = named_.find(name);
      if (port == named_.end()) unknown_port("E0345", at, name);
      else if (const ir::Value* range = ir::at(*port->second, {"range"})) {
        report("E0345", at, fmt::format("the endpoint `{}` is a range of ports", name), "others connect to one").label(place_of(range, place_of(port->second, task_.origin)), "the range").help(fmt::format("`port {} = 8080`, one number", name));
      }
      const std::string* own = text_of(endpoint, {"discovery_name"});
      const auto [other, added] = discovered.emplace(own == nullptr ? name : *own, place_of(own == nullptr ? nullptr : ir::at(endpoint, {"discovery_name"}), at));
      if (!added) report("E0345", place_of(ir::at(endpoint, {"discovery_name"}), at), fmt::format("two endpoints are called `{}`", other->first), "the same name again").label(other->second, "the other one").help("give one of them another `discovery_name`");
      timeouts(endpoint, port == named_.end() ? nullptr : port->second, at);
      ingress(endpoint, taken, at);
      aliases(endpoint, at);
      const bool has_tls = ir::at(endpoint, {"key"}) != nullptr || ir::at(endpoint, {"role"}) != nullptr;
      if (has_tls && ir::at(endpoint, {"authority"}) == nullptr) report("E0345", at, fmt::format("TLS of the endpoint `{}` needs an `authority`", name), "who issues certificates").help("`authority = NAME`, with `extern certificate_authority NAME { … }`");
    }
  }

  void timeouts(const ir::Value& endpoint, const ir::Value* port, Span at) {
    const ir::Value* timeout = ir::at(endpoint, {"request_timeout"});
    if (timeout == nullptr || port == nullptr || ir::at(*port, {"app_protocol"}) != nullptr) return;
    report("E0345", place_of(timeout, at), "a connection of TCP has no requests to time", "no `app_protocol`").label(place_of(port, task_.origin), "the port").help("`app_protocol = \"http\"` for the port, or `idle_timeout`");
  }

  /// The proxy's own port, beside those of the containers.
  void ingress(const ir::Value& endpoint, std::map<std::int64_t, Span>& taken, Span at) {
    if (taken.empty()) {
      for (const auto& [container, body] : entries_of(task_.body, {"container"})) {
        for (const auto& [name, port] : entries_of(body, {"port"})) {
          if (const auto number = number_of(port, {"number"})) taken.emplace(*number, place_of(&port, task_.origin));
        }
      }
    }
    const auto number = number_of(endpoint, {"ingress_port"});
    if (!number || *number == 0) return;
    const auto [owner, added] = taken.emplace(*number, place_of(ir::at(endpoint, {"ingress_port"}), at));
    if (!added) report("E0345", place_of(ir::at(endpoint, {"ingress_port"}), at), fmt::format("the proxy cannot listen on {} too", *number), "taken already").label(owner->second, "by this").help("another port, or none: ECS picks one");
  }

  void aliases(const ir::Value& endpoint, Span around) {
    for (const ir::Value& alias : items_of(endpoint, {"aliases"})) {
      const Span at = place_of(&alias, around);
      if (number_of(alias, {"port"}) == 0) report("E0345", place_of(ir::at(alias, {"port"}), at), "others cannot connect to port 0", "no port").help("as in `port = 80`");
      const ir::Value* header = ir::at(alias, {"test_header"});
      const ir::Value* value = ir::at(alias, {"test_value"});
      if (value != nullptr && header == nullptr) report("E0345", place_of(value, at), "`test_value` is of no header", "`test_header` is missing").help("add `test_header = \"x-test\"`");
      const std::string* name = text_of(alias, {"dns_name"});
      if (name == nullptr || (name->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string::npos && !name->starts_with("-"))) continue;
      report("E0345", place_of(ir::at(alias, {"dns_name"}), at), fmt::format("`{}` cannot be the name that others use", *name), "lower-case letters, digits, `_`, `.` and `-`").help("as in \"orders.internal\"");
    }
  }

  // ---- Cloud Map ---------------------------------------------------------------------------------------------------------------------

  void registries() {
    const ir::List& all = items_of(service_.body, {"registries"});
    const Span around = place(ir::at(service_.body, {"registries"}));
    if (all.size() > 1) report("E0346", place_of(&all[1], around), "a service has one Cloud Map service", "a second one").help("keep one of them");
    for (const ir::Value& registry : all) {
      const Span at = place_of(&registry, around);
      const ir::Value* port = ir::at(registry, {"port"});
      const ir::Value* container = ir::at(registry, {"container"});
      const ir::Value* container_port = ir::at(registry, {"container_port"});
      if ((container == nullptr) != (container_port == nullptr)) report("E0346", at, "`container` and `container_port` go together", container == nullptr ? "`container` is missing" : "`container_port` is missing").help("both, or none");
      if (port != nullptr && container != nullptr) report("E0346", place_of(port, at), "the port is said twice", "by `port`").label(place_of(container, at), "and by the container's").help("remove one of the two");
      if (mode_ != nullptr && *mode_ != "awsvpc") {
        if (container == nullptr && container_port == nullptr) report("E0346", at, "Cloud Map needs the port of a container of these tasks", "they share the instance's address").help("`container = NAME` and `container_port = 8080`");
        else if (port != nullptr && container == nullptr) report("E0346", place_of(port, at), "`port` is for tasks with an address of their own", "not these").help("`container` and `container_port`");
      }
      known_container(registry, at);
    }
  }

  void known_container(const ir::Value& registry, Span at) {
    const std::string* name = text_of(registry, {"container"});
    const ir::Map& containers = entries_of(task_.body, {"container"});
    if (name == nullptr) return;
    const ir::Value* container = containers.find(*name);
    if (container != nullptr) return known_port(registry, *name, *container, at);
    std::vector<std::string> names;
    for (const auto& [other, body] : containers) names.push_back(other);
    report("E0346", place_of(ir::at(registry, {"container"}), at), fmt::format("the task has no container `{}`", *name), "no such container").help(fmt::format("containers of the task: `{}`", fmt::join(names, "`, `")));
  }

  void known_port(const ir::Value& registry, const std::string& name, const ir::Value& container, Span at) {
    const auto port = number_of(registry, {"container_port"});
    if (!port) return;
    std::vector<std::int64_t> numbers;
    for (const auto& [label, body] : entries_of(container, {"port"})) {
      const auto number = number_of(body, {"number"});
      if (!number || *number == *port) return;  // a range may have it
      numbers.push_back(*number);
    }
    report("E0346", place_of(ir::at(registry, {"container_port"}), at), fmt::format("`{}` does not listen on {}", name, *port), "no such port")
        .help(numbers.empty() ? fmt::format("add `port NAME = {}` to `{}`", *port, name) : fmt::format("it listens on {}", fmt::join(numbers, ", ")));
  }

  const ir::Resource& service_;
  const ir::Resource& task_;
  const ir::Resource* cluster_;  ///< null for one of somebody else
  sema::Reporter& reporter_;
  const std::string* mode_;
  const std::string* strategy_;
  std::map<std::string_view, const ir::Value*, std::less<>> named_;
};

}  // namespace

void validate_traffic(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  if (const ir::Resource* task = referred(program, service.body, "task")) TrafficRules(program, service, *task, reporter).check();
}

}  // namespace berth::lower
