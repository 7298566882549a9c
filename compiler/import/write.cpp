#include "compiler/import/write.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/format/format.h"
#include "compiler/import/spelling.h"
#include "compiler/import/value_text.h"
#include "compiler/sema/drafts.h"
#include "ir/capacity.h"
#include "ir/schema.h"

namespace berth::importing {
namespace {

using ir::Address;
using ir::Map;
using ir::Resource;
using ir::Value;
using ir::schema::Block;
using ir::schema::Field;
using ir::schema::LabelKind;
using Items = std::vector<std::string>;

const std::string* string_at(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value == nullptr ? nullptr : value->as_string();
}

/// The task that the resource runs, when the task is written within it: it has its name, and nothing else runs it.
const Address* own_task(const Resource& resource, const std::map<Address, int>& users) {
  const Value* task = ir::at(resource.body, {"task"});
  if (task == nullptr || task->as_reference() == nullptr) return nullptr;
  const Address& target = task->as_reference()->target;
  const auto known = users.find(target);
  return target.name == resource.address.name && known != users.end() && known->second == 1 ? &target : nullptr;
}

bool has_fargate(const Map& task) {
  const Value* compatible = task.find("compatible");
  if (compatible == nullptr || compatible->as_list() == nullptr) return false;
  return std::any_of(compatible->as_list()->begin(), compatible->as_list()->end(),
                     [](const Value& item) { return item.as_string() != nullptr && *item.as_string() == "fargate"; });
}

/// Writes one resource after the other.
class ResourceWriter {
 public:
  explicit ResourceWriter(const Draft& draft) : program_(draft.program) {
    for (const auto& [address, resource] : program_.resources) {
      taken_.insert(address.name);
      const Value* task = ir::at(resource.body, {"task"});
      if (task == nullptr || task->as_reference() == nullptr) continue;
      ++users_[task->as_reference()->target];
      if (resource.body.as_map()->find("network") != nullptr || is_on_fargate(resource)) in_awsvpc_.insert(task->as_reference()->target);
    }
    for (const auto& [address, external] : program_.externs) taken_.insert(address.name);
    for (const Parameter& parameter : draft.parameters) taken_.insert(parameter.name);
    for (const auto& [address, resource] : program_.resources) {
      if (const Address* task = own_task(resource, users_)) nested_.insert(*task);
    }
  }

  [[nodiscard]] bool is_nested(const Address& address) const { return nested_.contains(address); }

  std::string resource(const Resource& resource) {
    const Block& kind = *ir::schema::resource_kind(resource.address.kind);
    enter_ports(resource);
    return documented(resource.doc, braces(fmt::format("{} {}", kind.kind, key_text(resource.address.name)), block(kind, *resource.body.as_map(), &resource.address)));
  }

  std::string external(const Resource& external) {
    const Block& kind = *ir::schema::extern_kind(external.address.kind);
    return documented(external.doc, braces(fmt::format("extern {} {}", kind.kind, key_text(external.address.name)), block(kind, *external.body.as_map(), nullptr)));
  }

 private:
  static std::string documented(const std::string& doc, const std::string& text) {
    std::string lines;
    for (std::size_t begin = 0; begin < doc.size();) {
      const std::size_t end = std::min(doc.find('\n', begin), doc.size());
      lines += fmt::format("## {}\n", doc.substr(begin, end - begin));
      begin = end + 1;
    }
    return lines + text;
  }

  /// As the compiler sees it when nobody says which network a task has.
  [[nodiscard]] bool is_on_fargate(const Resource& resource) const {
    const auto is_fargate = [](std::string_view name) { return name == "fargate" || name == "fargate_spot" || name.ends_with(".fargate") || name.ends_with(".fargate_spot"); };
    const Map& body = *resource.body.as_map();
    const Value* capacity = body.find("capacity");
    if (capacity != nullptr && capacity->as_list() != nullptr) {
      return std::any_of(capacity->as_list()->begin(), capacity->as_list()->end(), [&](const Value& share) {
        const Value* provider = ir::at(share, {"provider"});
        return provider != nullptr && provider->as_reference() != nullptr && is_fargate(provider->as_reference()->target.name);
      });
    }
    if (const std::string* launch = string_at(body, "launch")) return *launch == "fargate";
    const std::vector<ir::CapacityPart> shared = capacity_of_cluster(body);
    return std::any_of(shared.begin(), shared.end(), [](const ir::CapacityPart& part) { return part.is_fargate() && part.has_share(); });
  }

  /// What the cluster of a service or job has, where it is part of the program.
  [[nodiscard]] std::vector<ir::CapacityPart> capacity_of_cluster(const Map& body) const {
    const Value* cluster = body.find("cluster");
    const auto own = cluster == nullptr || cluster->as_reference() == nullptr ? program_.resources.end() : program_.resources.find(cluster->as_reference()->target);
    return own == program_.resources.end() ? std::vector<ir::CapacityPart>() : ir::capacity_parts(own->second.body);
  }

  /// Whether the cluster of the service has capacity for services that say nothing.
  [[nodiscard]] bool has_capacity_for_all(const Map& service) const {
    const std::vector<ir::CapacityPart> shared = capacity_of_cluster(service);
    return std::any_of(shared.begin(), shared.end(), [](const ir::CapacityPart& part) { return part.has_share(); });
  }

  [[nodiscard]] ValueContext context() const {
    ValueContext context{.region = program_.region, .taken = taken_, .has_router = !router_.empty(), .router = router_};
    return context;
  }

  /// The settings and blocks of a body, in the order of the schema. `address` is the resource's own, for what is derived from it.
  Items block(const Block& schema, const Map& body, const Address* address) {
    if (address != nullptr && schema.kind == "task") enter_task(*address, body);
    Items items;
    for (const Field& field : schema.fields) {
      const Value* value = body.find(field.name);
      if (value == nullptr || is_implied(schema, field, *value, body, address)) continue;
      if (field.name == "raw") {
        raw(schema, *value, items);
      } else if (schema.block(field.name) == nullptr || value->as_map() == nullptr) {
        setting(field, *value, items);
      }
    }
    for (const Block& inner : schema.blocks) {
      const Value* value = body.find(inner.kind);
      if (value != nullptr && value->as_map() != nullptr) child(inner, *value->as_map(), items);
    }
    return items;
  }

  /// The ports of the task that the service runs, by name: the first container that has one counts.
  void enter_ports(const Resource& service) {
    ports_.clear();
    const Value* task = ir::at(service.body, {"task"});
    const auto own = task == nullptr || task->as_reference() == nullptr ? program_.resources.end() : program_.resources.find(task->as_reference()->target);
    const Value* containers = own == program_.resources.end() ? nullptr : ir::at(own->second.body, {"container"});
    if (containers == nullptr || containers->as_map() == nullptr) return;
    for (const auto& [name, container] : *containers->as_map()) {
      const Value* ports = ir::at(container, {"port"});
      if (ports == nullptr || ports->as_map() == nullptr) continue;
      for (const auto& [label, port] : *ports->as_map()) {
        const Value* number = ir::at(port, {"number"});
        if (number != nullptr) ports_.emplace(label, std::pair(name, *number));
      }
    }
  }

  void enter_task(const Address& address, const Map& body) {
    const std::string* mode = string_at(body, "network_mode");
    fixed_ports_ = mode != nullptr && (*mode == "host" || *mode == "awsvpc");
    awsvpc_by_default_ = has_fargate(body) || in_awsvpc_.contains(address);
    router_.clear();
    const Value* containers = body.find("container");
    if (containers == nullptr || containers->as_map() == nullptr) return;
    for (const auto& [name, container] : *containers->as_map()) {
      if (router_.empty() && ir::at(container, {"firelens"}) != nullptr) router_ = name;
    }
  }

  /// Whether the compiler gives the field this value by itself.
  [[nodiscard]] bool is_implied(const Block& schema, const Field& field, const Value& value, const Map& body, const Address* address) const {
    const std::string* text = value.as_string();
    if (address != nullptr && field.name == "name") return text != nullptr && *text == sema::derived_name(address->name);
    if (address != nullptr && schema.kind == "task" && field.name == "network_mode" && text != nullptr) return *text == (awsvpc_by_default_ ? "awsvpc" : "bridge");
    if (address != nullptr && schema.kind == "service" && field.name == "launch" && text != nullptr) return *text == "ec2" && !has_capacity_for_all(body);
    if (schema.kind == "port" && field.name == "host" && fixed_ports_ && body.find("range") == nullptr) return body.find("number") != nullptr;
    if (schema.kind == "ulimit" && field.name == "hard") return body.find("soft") != nullptr && *body.find("soft") == value;
    if (schema.kind == "expose" && (field.name == "container" || field.name == "port")) {
      const auto port = ports_.find(label_);
      if (port == ports_.end()) return false;
      return field.name == "port" ? value == port->second.second : text != nullptr && *text == port->second.first;
    }
    const Value fallback = ir::schema::default_value(field);
    return !fallback.empty() && fallback == value;
  }

  void setting(const Field& field, const Value& value, Items& items) {
    if (field.type.target == "task" && value.as_reference() != nullptr && nested_.contains(value.as_reference()->target)) {
      const Resource& task = program_.resources.at(value.as_reference()->target);
      items.push_back(braces("task", block(*ir::schema::resource_kind("task"), *task.body.as_map(), &task.address)));
      return;
    }
    if (!field.block_form || value.as_map() == nullptr) {
      items.push_back(fmt::format("{} = {}", field.name, setting_text(field, value, context())));
      return;
    }
    Items entries;
    for (const auto& [key, item] : *value.as_map()) entries.push_back(entry_text(field, key, item, context()));
    items.push_back(braces(std::string(field.name), entries));
  }

  /// What the API is known to have, and what it is told unchecked.
  void raw(const Block& schema, const Value& value, Items& items) const {
    Items known;
    Items unknown;
    if (value.as_map() == nullptr) return;
    for (const auto& [member, item] : *value.as_map()) {
      const bool checked = schema.raw_member(member) != nullptr;
      (checked ? known : unknown).push_back(fmt::format("{} = {}", key_text(member), any_text(item)));
    }
    if (!known.empty()) items.push_back(braces("raw", known));
    if (!unknown.empty()) items.push_back(braces("raw unchecked", unknown));
  }

  void child(const Block& schema, const Map& body, Items& items) {
    const std::string word(schema.kind);
    if (schema.label == LabelKind::variant) {
      const std::string* variant = string_at(body, schema.variant_field);
      const std::string label = variant == nullptr ? std::string(schema.variants.front()) : *variant;
      const Items inside = block(schema, body, nullptr);
      if (!inside.empty() || !schema.always || label != schema.variants.front()) items.push_back(braces(fmt::format("{} {}", word, label), inside));
      return;
    }
    if (schema.label == LabelKind::none) {
      items.push_back(braces(word, block(schema, body, nullptr)));
      return;
    }
    for (const auto& [label, entry] : body) {
      if (entry.as_map() == nullptr) continue;
      label_ = label;
      const Items inside = block(schema, *entry.as_map(), nullptr);
      const std::string head = fmt::format("{} {}", word, key_text(label));
      const std::string primary = fmt::format("{} = ", schema.primary_field);
      const bool short_form = !schema.primary_field.empty() && inside.size() == 1 && inside.front().starts_with(primary);
      items.push_back(short_form ? fmt::format("{} = {}", head, inside.front().substr(primary.size())) : braces(head, inside));
    }
  }

  const ir::Program& program_;
  std::set<std::string> taken_;
  std::map<Address, int> users_;      ///< how many resources run a task
  std::set<Address> nested_;          ///< tasks that are written within what runs them
  std::set<Address> in_awsvpc_;       ///< tasks whose services ask for a network of their own
  std::map<std::string, std::pair<std::string, Value>> ports_;  ///< of the task that the service runs: container and number
  std::string label_;                 ///< of the named block that is being written
  std::string router_;
  bool fixed_ports_ = false;
  bool awsvpc_by_default_ = false;
};

std::string stack_text(const ir::Program& program) {
  Items items;
  if (!program.region.empty()) items.push_back(fmt::format("region = {}", quote(program.region)));
  return braces("stack " + key_text(program.stack), items);
}

std::string parameter_text(const Parameter& parameter) {
  std::string text = parameter.doc.empty() ? "" : fmt::format("## {}\n", parameter.doc);
  text += fmt::format("param {}: {}", parameter.name, parameter.type);
  if (!parameter.value) return text;
  // The image of a default may have a moving version as well; the parameter's type does not ask.
  return text + fmt::format(" = {}", quote(*parameter.value));
}

std::string formatted(const Items& parts) {
  const format::Formatted result = format::format(fmt::format("{}\n", fmt::join(parts, "\n\n")));
  BERTH_CHECK(result.complete, "an import wrote what is not in the language");
  return result.text;
}

constexpr std::size_t kMostFiles = 400;

/// "web.ecs", and another name where that is taken: names of files may differ in more than case.
std::string file_name(const std::string& name, std::set<std::string>& taken) {
  std::string low = name;
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string candidate = low;
  for (int i = 2; !taken.insert(candidate).second; ++i) candidate = fmt::format("{}_{}", low, i);
  return candidate + ".ecs";
}

}  // namespace

std::vector<WrittenFile> write(const Draft& draft) {
  ResourceWriter writer(draft);
  Items main{stack_text(draft.program)};
  Items parameters;
  for (const Parameter& parameter : draft.parameters) parameters.push_back(parameter_text(parameter));
  if (!parameters.empty()) main.push_back(fmt::format("{}", fmt::join(parameters, "\n")));
  Items externs;
  for (const auto& [address, external] : draft.program.externs) externs.push_back(writer.external(external));
  if (!externs.empty()) main.push_back(fmt::format("{}", fmt::join(externs, "\n")));
  std::vector<WrittenFile> files(1);
  std::set<std::string> names{"main"};
  Items texts;
  std::vector<std::string> called;
  for (const auto& [address, resource] : draft.program.resources) {
    if (writer.is_nested(address)) continue;
    std::string text = writer.resource(resource);
    if (address.kind == "cluster") {
      main.push_back(std::move(text));
    } else {
      texts.push_back(std::move(text));
      called.push_back(address.name);
    }
  }
  // A stack has so many files at most: of very many resources several share one.
  const std::size_t in_one = texts.size() > kMostFiles ? texts.size() / kMostFiles + 1 : 1;
  for (std::size_t begin = 0; begin < texts.size(); begin += in_one) {
    const auto first = texts.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), begin + in_one));
    files.push_back({file_name(in_one == 1 ? called[begin] : fmt::format("part_{}", begin / in_one + 1), names), formatted({first, last})});
  }
  files.front() = {"main.ecs", formatted(main)};
  return files;
}

}  // namespace berth::importing
