#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/json.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::lower {
namespace {

using ir::Quantity;
using ir::Unit;
using ir::Value;

/// A task definition may have this many bytes as JSON.
constexpr std::size_t kMaxDefinition = 64 * 1024;

class TaskRules {
 public:
  TaskRules(const ir::Resource& task, const ir::Map& containers, sema::Reporter& reporter)
      : task_(task), containers_(containers), reporter_(reporter) {}

  void check() {
    essential();
    memory_limits();
    share("cpu", Unit::cpu, false);
    share("memory", Unit::bytes, true);
    ports();
    dependencies();
    cycles();
    variables();
    size();
  }

 private:
  /// `container app`.
  [[nodiscard]] Span header(const Value& container) const { return place_of(&container, task_.origin); }

  void essential() {
    for (const auto& [name, container] : containers_) {
      const Value* value = ir::at(container, {"essential"});
      if (value == nullptr || value->as_bool() == nullptr || *value->as_bool()) return;
    }
    reporter_.report("E0318", task_.origin, "no container of this task is essential", "every container has `essential = false`")
        .note("a task runs as long as its essential containers do; ECS refuses one without")
        .help("remove `essential = false` from the container that the task is for");
  }

  /// Without a limit for the task, every container needs one; and no container sets aside more than it may use.
  void memory_limits() {
    const bool task_has = ir::at(task_.body, {"memory"}) != nullptr;
    for (const auto& [name, container] : containers_) {
      const Value* limit = ir::at(container, {"memory"});
      const Value* reserved = ir::at(container, {"memory_reservation"});
      if (!task_has && limit == nullptr && reserved == nullptr) {
        reporter_.report("E0320", header(container), fmt::format("`{}` has no memory limit, and neither has its task", name), "`memory` or `memory_reservation` is missing")
            .note("on machines of your own ECS places tasks by memory, so it needs one of them")
            .help("add `memory = 256 MiB` here, or to the task for all its containers");
      }
      if (limit == nullptr || reserved == nullptr || reserved->as_quantity()->amount <= limit->as_quantity()->amount) continue;
      reporter_.report("E0321", place_of(reserved, header(container)), fmt::format("`{}` sets aside {} and may use only {}", name, ir::spell(*reserved), ir::spell(*limit)), "more than the limit")
          .label(place_of(limit, header(container)), "the limit")
          .help(fmt::format("at most `{}`", ir::spell(*limit)));
    }
  }

  /// What the containers need together, against what the task has.
  void share(std::string_view setting, Unit unit, bool or_reserved) {
    const Value* whole = ir::at(task_.body, {setting});
    if (whole == nullptr || whole->as_quantity() == nullptr) return;
    std::vector<std::pair<std::string_view, const Value*>> parts;
    std::int64_t sum = 0;
    for (const auto& [name, container] : containers_) {
      const Value* part = ir::at(container, {setting});
      if (part == nullptr && or_reserved) part = ir::at(container, {"memory_reservation"});
      if (part == nullptr || part->as_quantity() == nullptr || part->as_quantity()->amount == 0) continue;
      // Each part is checked against its type, so ten of them stay far below 64 bits.
      if (__builtin_add_overflow(sum, part->as_quantity()->amount, &sum)) sum = INT64_MAX;
      parts.emplace_back(name, part);
    }
    if (sum <= whole->as_quantity()->amount) return;
    Diagnostic& diagnostic = reporter_.report("E0302", place_of(whole, task_.origin),
                                              fmt::format("the containers need {} but the task has {}", ir::spell(Quantity{sum, unit}), ir::spell(*whole)), "the task has too little");
    std::size_t shown = 0;
    for (const auto& [name, part] : parts) {
      if (shown++ == 3) break;
      diagnostic.label(place_of(part, task_.origin), fmt::format("`{}` needs {}", name, ir::spell(*part)));
    }
    const std::string needed = ir::spell(Quantity{sum, unit});
    diagnostic.help(fmt::format("raise the task to `{}`, or lower a container", needed));
    if (ir::at(task_.body, {setting})->origin().via == nullptr) diagnostic.fix(place_of(whole, task_.origin), needed);
  }

  // ---- ports -------------------------------------------------------------------------------------------------------------------------

  struct Port {
    std::string_view container;
    std::string_view name;
    const Value* body;
  };

  [[nodiscard]] std::vector<Port> all_ports() const {
    std::vector<Port> ports;
    for (const auto& [container_name, container] : containers_) {
      const Value* named = ir::at(container, {"port"});
      if (named == nullptr || named->as_map() == nullptr) continue;
      for (const auto& [name, body] : *named->as_map()) ports.push_back({container_name, name, &body});
    }
    return ports;
  }

  void ports() {
    const std::string* mode = text_of(task_.body, {"network_mode"});
    const bool host_network = mode != nullptr && *mode == "host";
    const auto all = all_ports();
    if (mode != nullptr && *mode == "none" && !all.empty()) {
      reporter_.report("E0304", port_place(all.front()), "a task without a network has no ports", "this port")
          .label(place_of(ir::at(task_.body, {"network_mode"}), task_.origin), "the task has no network")
          .help("remove the port, or `network_mode = \"bridge\"`");
      return;
    }
    std::map<std::string, const Port*> owners;
    std::map<std::string_view, const Port*> names;
    for (const Port& port : all) {
      const std::int64_t number = number_of(*port.body, {"number"}).value_or(0);
      if (number == 0) continue;  // a range, or nothing that the rules on ports have not told
      // One container listens once on a port, whatever the protocol; in the host's network, so do all containers of the task.
      claim(owners, host_network ? fmt::format("{}", number) : fmt::format("{}:{}", port.container, number), port, fmt::format("listen on {}", number));
      const std::int64_t fixed = number_of(*port.body, {"host"}).value_or(0);
      const std::string* protocol = text_of(*port.body, {"protocol"});
      if (fixed != 0 && !host_network) {
        claim(owners, fmt::format("host {}/{}", fixed, protocol == nullptr ? "tcp" : *protocol), port, fmt::format("take port {} of the machine", fixed));
      }
      if (const auto [other, added] = names.emplace(port.name, &port); !added) {
        reporter_.report("E0326", place_of(port.body, task_.origin), fmt::format("two ports of the task are named `{}`", port.name), "the same name again")
            .label(place_of(other->second->body, task_.origin), fmt::format("the one of `{}`", other->second->container))
            .note("others find a port by its name, across the containers of a task")
            .help("give one of them another name, or `unnamed = true` where nobody looks for it");
      }
    }
  }

  void claim(std::map<std::string, const Port*>& owners, const std::string& key, const Port& port, const std::string& what) {
    const auto [owner, added] = owners.emplace(key, &port);
    if (added || owner->second->name == port.name) return;
    const bool in_order = port_place(*owner->second) < port_place(port);
    const Port& first = in_order ? *owner->second : port;
    const Port& second = in_order ? port : *owner->second;
    reporter_.report("E0303", port_place(second), fmt::format("ports clash: `{}.{}` and `{}.{}` both {}", first.container, first.name, second.container, second.name, what), "taken already")
        .label(port_place(first), fmt::format("by `{}`", first.name))
        .help("give one of them another port");
  }

  [[nodiscard]] Span port_place(const Port& port) const { return place_of(ir::at(*port.body, {"number"}), place_of(port.body, task_.origin)); }

  // ---- start order -------------------------------------------------------------------------------------------------------------------

  void dependencies() {
    for (const auto& [name, container] : containers_) {
      const Value* waits = ir::at(container, {"depends_on"});
      if (waits == nullptr || waits->as_map() == nullptr) continue;
      for (const auto& [other_name, condition] : *waits->as_map()) {
        const Value* other = containers_.find(other_name);
        if (other != nullptr) dependency(name, other_name, *other, condition);
      }
    }
  }

  void dependency(const std::string& name, const std::string& other_name, const Value& other, const Value& condition) {
    const std::string& wanted = *condition.as_string();
    const Span span = place_of(&condition, task_.origin);
    if (wanted == "healthy" && ir::at(other, {"health"}) == nullptr) {
      reporter_.report("E0306", span, fmt::format("`{}` waits until `{}` is healthy, but `{}` has no health check", name, other_name, other_name), "never told to be healthy")
          .label(header(other), "no `health { }` in it")
          .note("a HEALTHCHECK in the image does not count; ECS only watches the one in the task definition")
          .help("add `health { … }`, or wait for `\"start\"`")
          .fix(span, "\"start\"");
    }
    const bool* essential = ir::at(other, {"essential"}) == nullptr ? nullptr : ir::at(other, {"essential"})->as_bool();
    if ((wanted == "complete" || wanted == "success") && essential != nullptr && *essential) {
      reporter_.report("E0307", span, fmt::format("`{}` waits for `{}` to finish, but `{}` is essential", name, other_name, other_name), "it would end the task")
          .label(header(other), "essential, unless it says `essential = false`")
          .note("when an essential container stops, the whole task stops; ECS refuses this")
          .help(fmt::format("`essential = false` in `{}`, or wait for `\"start\"`", other_name))
          .fix(span, "\"start\"");
    }
  }

  /// What one container waits for: by its own word, and because links and mounts of others need these to be there.
  struct Edge {
    std::string to;
    Span place;
  };

  [[nodiscard]] std::vector<Edge> edges_of(const std::string& name) const {
    std::vector<Edge> edges;
    const Value* container = containers_.find(name);
    if (container == nullptr) return edges;
    for (const auto& [other, condition] : entries_of(*container, {"depends_on"})) edges.push_back({other, place_of(&condition, task_.origin)});
    for (const Value& link : items_of(*container, {"links"})) {
      if (link.as_string() != nullptr) edges.push_back({link.as_string()->substr(0, link.as_string()->find(':')), place_of(&link, header(*container))});
    }
    for (const Value& mounts : items_of(*container, {"volumes_from"})) {
      if (const std::string* other = text_of(mounts, {"container"})) edges.push_back({*other, place_of(&mounts, header(*container))});
    }
    // A container that links to itself is told so by the rule on links.
    std::erase_if(edges, [&](const Edge& edge) { return edge.to == name && ir::at(*container, {"depends_on", name}) == nullptr; });
    return edges;
  }

  /// Depth first over "waits for"; each circle is reported once, by its edges.
  void cycles() {
    for (const auto& [name, container] : containers_) visit(name);
  }

  void visit(const std::string& name) {
    if (done_.contains(name)) return;
    const auto on_path = std::find(path_.begin(), path_.end(), name);
    if (on_path != path_.end()) return report_cycle({on_path, path_.end()});
    path_.push_back(name);
    for (const Edge& edge : edges_of(name)) visit(edge.to);
    path_.pop_back();
    done_.insert(name);
  }

  void report_cycle(const std::vector<std::string>& circle) {
    std::string path;
    for (const std::string& name : circle) path += name + " → ";
    path += circle.front();
    const auto edge = [&](std::size_t i) {
      for (const Edge& candidate : edges_of(circle[i])) {
        if (candidate.to == circle[(i + 1) % circle.size()]) return candidate.place;
      }
      return task_.origin;
    };
    const auto words = [&](std::size_t i) { return fmt::format("`{}` waits for `{}`", circle[i], circle[(i + 1) % circle.size()]); };
    Diagnostic& diagnostic = reporter_.report("E0305", edge(0), circle.size() == 1 ? fmt::format("`{}` waits for itself", circle.front())
                                                                                    : fmt::format("these containers wait for each other: `{}`", path),
                                              words(0));
    for (std::size_t i = 1; i < circle.size() && i <= 3; ++i) diagnostic.label(edge(i), words(i));
    diagnostic.note("ECS would never start them").help("remove one of these dependencies");
  }

  // ---- the rest ----------------------------------------------------------------------------------------------------------------------

  void variables() {
    for (const auto& [name, container] : containers_) {
      const Value* env = ir::at(container, {"env"});
      if (env == nullptr || env->as_map() == nullptr) continue;
      for (const auto& [key, value] : *env->as_map()) {
        if (!key.empty() && key.find('=') == std::string::npos && key.find('\0') == std::string::npos) continue;
        reporter_.report("E0324", place_of(&value, header(container)), fmt::format("`{}` cannot be the name of an environment variable", key), "its name is empty or has `=` in it").help("use letters, digits and `_`");
      }
    }
  }

  void size() {
    if (estimate(task_.body) < kMaxDefinition / 4) return;
    const ir::schema::Block& kind = *ir::schema::resource_kind(task_.address.kind);
    const std::size_t bytes = canonical_json(ir::to_ecs(kind, task_.body, [](const ir::Address& address) { return address.name; })).size();
    if (bytes <= kMaxDefinition) return;
    reporter_.report("E0322", task_.origin, fmt::format("the task definition has {} bytes; ECS takes {}", bytes, kMaxDefinition), "too large")
        .help("move configuration out of `env` and `command`, into the image or a file");
  }

  /// A quick lower bound of the definition's size, a quarter of it at worst.
  static std::size_t estimate(const Value& value) {
    if (const std::string* text = value.as_string()) return text->size() + 4;
    std::size_t sum = 8;
    if (const ir::List* list = value.as_list()) {
      for (const Value& item : *list) sum += estimate(item);
    }
    if (const ir::Map* map = value.as_map()) {
      for (const auto& [key, item] : *map) sum += key.size() + estimate(item);
    }
    return sum;
  }

  const ir::Resource& task_;
  const ir::Map& containers_;
  sema::Reporter& reporter_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
};

}  // namespace

void validate_task(const ir::Resource& task, sema::Reporter& reporter) {
  const Value* containers = ir::at(task.body, {"container"});
  if (containers == nullptr || containers->as_map() == nullptr) return;
  TaskRules(task, *containers->as_map(), reporter).check();
}

void validate_host_ports(const Value& task, sema::Reporter& reporter) {
  const std::string* os = text_of(task, {"os"});
  const std::string* mode = text_of(task, {"network_mode"});
  // Instances with Windows have a network of their own for containers, which is no mode of Docker's on Linux.
  if (os != nullptr && os->starts_with("windows") && mode != nullptr && *mode != "awsvpc") {
    reporter.report_each("E0341", place_of(ir::at(task, {"network_mode"}), task.origin().span), fmt::format("Windows has no network mode `{}`", *mode), "not possible there")
        .label(place_of(ir::at(task, {"os"}), task.origin().span), "the task runs on Windows")
        .help("remove it for the network that Windows has, or `network_mode = \"awsvpc\"` with a `network`");
  }
  const Value* containers = ir::at(task, {"container"});
  if (mode == nullptr || (*mode != "host" && *mode != "awsvpc") || containers == nullptr || containers->as_map() == nullptr) return;
  for (const auto& [name, container] : *containers->as_map()) {
    const Value* ports = ir::at(container, {"port"});
    if (ports == nullptr || ports->as_map() == nullptr) continue;
    for (const auto& [port_name, port] : *ports->as_map()) {
      const Value* host = ir::at(port, {"host"});
      const auto number = number_of(port, {"number"});
      if (host == nullptr || !number || host->as_quantity()->amount == 0 || host->as_quantity()->amount == *number) continue;
      reporter.report("E0304", host->origin().span, fmt::format("host port {} differs from container port {}", ir::spell(*host), *number), "another port")
          .label(place_of(ir::at(task, {"network_mode"}), task.origin().span), *mode == "host" ? "in the host's network both are one" : "at an address of the task's own both are one")
          .help("drop `host`, or give it the same port")
          .fix(host->origin().span, std::to_string(*number));
    }
  }
}

}  // namespace berth::lower
