#include <algorithm>

#include "ir/ecs_form.h"
#include "ir/sensitive.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Canonical;
using schema::Field;
using schema::LabelKind;

bool is_empty_collection(const Value& value) {
  if (const List* items = value.as_list()) return items->empty();
  if (const Map* map = value.as_map()) return map->empty();
  return value.empty();
}

/// Sorted by spelling, each once: only for lists whose order means nothing.
void sort_set(Value& value) {
  List* items = value.as_list();
  if (items == nullptr || items->size() < 2) return;
  // By the text itself also where it is sensitive: both sides of a comparison have to have one order.
  const auto less = [](const Value& a, const Value& b) { return spell(revealed(a)) < spell(revealed(b)); };
  std::sort(items->begin(), items->end(), less);
  items->erase(std::unique(items->begin(), items->end()), items->end());
}

void canonicalize_fields(std::span<const Field> fields, Map& body);

/// The parts of records: a record, or a list of them.
void canonicalize_parts(const schema::Type& type, Value& value) {
  if (type.record != nullptr && value.as_map() != nullptr) return canonicalize_fields(type.record->fields, *value.as_map());
  if (type.element == nullptr || value.as_list() == nullptr) return;
  for (Value& item : *value.as_list()) canonicalize_parts(*type.element, item);
}

/// Which words may be among the keys of a map, by their length and ends: blocks have many more fields than a body has settings.
class Words {
 public:
  explicit Words(const Map& body) {
    for (const auto& [key, value] : body) bits_ |= bit(key);
  }
  [[nodiscard]] bool may_have(std::string_view word) const { return (bits_ & bit(word)) != 0; }

 private:
  static std::uint64_t bit(std::string_view word) {
    if (word.empty()) return 1;
    const std::size_t mixed = word.size() * 7 + static_cast<unsigned char>(word.front()) * 3U + static_cast<unsigned char>(word.back());
    return std::uint64_t{1} << (mixed % 64);
  }
  std::uint64_t bits_ = 0;
};

/// A range is its two ends: `1..4` is a list of four numbers, and ECS keeps the first and the last.
void keep_ends(Value& range) {
  List* numbers = range.as_list();
  if (numbers != nullptr && numbers->size() > 2) numbers->erase(numbers->begin() + 1, numbers->end() - 1);
}

void canonicalize_field(const Field& field, Map& body, Value& value) {
  if (field.encoding == schema::Encoding::bounds) keep_ends(value);
  if (is_empty_collection(value) || (field.implied && value == schema::default_value(field))) {  // ECS cannot tell it from an absent one
    body.erase(field.name);
    return;
  }
  canonicalize_parts(field.type, value);
  if (field.canonical == Canonical::set) sort_set(value);
}

void canonicalize_fields(std::span<const Field> fields, Map& body) {
  const Words words(body);
  std::vector<Map::Entry> defaults;
  for (const Field& field : fields) {
    if (Value* value = words.may_have(field.name) ? body.find(field.name) : nullptr) {
      canonicalize_field(field, body, *value);
    } else if (!field.implied && field.default_kind != schema::DefaultKind::none) {
      defaults.emplace_back(field.name, schema::default_value(field));
    }
  }
  body.add(std::move(defaults));
}

bool is_sent(const Block& block) {
  return !block.path.empty() || std::any_of(block.fields.begin(), block.fields.end(), [](const Field& field) { return !field.path.empty(); });
}

void canonicalize_child(const Block& child, Map& body) {
  Value* value = body.find(child.kind);
  if (value == nullptr) {
    if (!child.always) return;
    value = &body.set(std::string(child.kind), Value::map({}, {.is_default = true}));
  }
  if (child.label != LabelKind::name) {
    canonicalize(child, *value);
    // A block that says nothing is none in the API, unless it is switched on by being there.
    if (value->as_map() != nullptr && value->as_map()->empty() && child.off_field.empty() && is_sent(child)) body.erase(child.kind);
    return;
  }
  Map* named = value->as_map();
  if (named == nullptr) return;
  for (auto& [name, entry] : *named) canonicalize(child, entry);
  if (named->empty()) body.erase(child.kind);
}

/// With the host's network, or an address of the task's own, a port is the same outside and inside (ECS fills `hostPort` in).
void fill_host_ports(Map& task) {
  const Value* mode = task.find("network_mode");
  Value* containers = task.find("container");
  if (mode == nullptr || containers == nullptr || mode->as_string() == nullptr) return;
  if (*mode->as_string() != "host" && *mode->as_string() != "awsvpc") return;
  for (auto& [container_name, container] : *containers->as_map()) {
    Value* ports = container.as_map()->find("port");
    if (ports == nullptr) continue;
    for (auto& [port_name, port] : *ports->as_map()) {
      const Value* number = port.as_map()->find("number");
      if (number != nullptr && port.as_map()->find("range") == nullptr) port.as_map()->set("host", Value(number->data(), {.is_default = true}));
    }
  }
}

/// Instances with Windows have a network of their own, for which the API has no word.
void forget_bridge_of_windows(Map& task) {
  const Value* os = task.find("os");
  const Value* mode = task.find("network_mode");
  if (os == nullptr || os->as_string() == nullptr || !os->as_string()->starts_with("windows")) return;
  if (mode != nullptr && mode->as_string() != nullptr && *mode->as_string() == "bridge") task.erase("network_mode");
}

/// `ulimit nofile = 65536` sets both bounds.
void fill_hard_limit(Map& ulimit) {
  const Value* soft = ulimit.find("soft");
  if (soft != nullptr && ulimit.find("hard") == nullptr) ulimit.set("hard", Value(soft->data(), {.span = soft->origin().span, .is_default = true}));
}

/// Of what has `logs`. The router has been checked; ECS finds it by itself.
void forget_router(Map& body) {
  Value* logs = body.find("logs");
  if (logs != nullptr && logs->as_map() != nullptr) logs->as_map()->erase("router");
}

/// ECS knows one grace for the whole service.
void raise_grace(Map& service) {
  Value* expose = service.find("expose");
  if (expose == nullptr || expose->as_map() == nullptr) return;
  Value longest;
  for (auto& [name, entry] : *expose->as_map()) {
    if (entry.as_map() == nullptr) continue;
    const Value* grace = entry.as_map()->find("grace");
    if (grace == nullptr || grace->as_quantity() == nullptr) continue;
    if (longest.empty() || longest.as_quantity()->amount < grace->as_quantity()->amount) longest = *grace;
    entry.as_map()->erase("grace");
  }
  if (!longest.empty() && service.find("grace") == nullptr) service.set("grace", std::move(longest));
}

/// Of a daemon each instance stops its task before it starts the next one: ECS's own bounds then.
void fill_daemon_bounds(Map& service) {
  const Value* daemon = service.find("daemon");
  if (daemon == nullptr || daemon->as_bool() == nullptr || !*daemon->as_bool()) return;
  if (service.find("deploy") == nullptr) service.set("deploy", Value::map({}, {.is_default = true}));
  Map* deploy = service.find("deploy")->as_map();
  if (deploy == nullptr) return;
  if (deploy->find("min_healthy") == nullptr) deploy->set("min_healthy", Value::quantity(0, Unit::basis_points, {.is_default = true}));
  if (deploy->find("max") == nullptr) deploy->set("max", Value::quantity(10'000, Unit::basis_points, {.is_default = true}));
}

/// The number of a daemon's tasks is that of the instances. One that the user wrote stays, to be told so.
void forget_daemon_replicas(Map& service) {
  const Value* daemon = service.find("daemon");
  const Value* replicas = service.find("replicas");
  if (daemon == nullptr || daemon->as_bool() == nullptr || !*daemon->as_bool() || replicas == nullptr) return;
  if (replicas->origin().is_default || !replicas->origin().span.valid()) service.erase("replicas");
}

/// A deployment of two sides has to be told how long both stay.
void fill_bake(Map& deploy) {
  const Value* strategy = deploy.find("strategy");
  if (strategy == nullptr || strategy->as_string() == nullptr || *strategy->as_string() != "blue_green" || deploy.find("bake") != nullptr) return;
  deploy.set("bake", Value::quantity(0, Unit::milliseconds, {.is_default = true}));
}

/// Steps of any size are what a group has without a word about them.
void forget_any_step(Map& group) {
  const Value* step = group.find("step");
  if (step == nullptr || step->as_list() == nullptr || step->as_list()->empty()) return;
  if (step->as_list()->front() == Value::integer(1) && step->as_list()->back() == Value::integer(10'000)) group.erase("step");
}

Value share_of(const std::string& cluster, const std::string& name, const Value& block) {
  Map share;
  if (block.as_map() != nullptr) share = *block.as_map();
  share.set("provider", Value::reference({"capacity", cluster + "." + name}, block.origin()));
  return Value::map(std::move(share), block.origin());
}

}  // namespace

void fold_capacity(Map& body) {
  const Value* cluster = body.find("cluster");
  const Value* capacity = body.find("capacity");
  if (capacity == nullptr || capacity->as_map() == nullptr || cluster == nullptr || cluster->as_reference() == nullptr) return;
  const std::string& name = cluster->as_reference()->target.name;
  List shares;
  for (const auto& [kind, block] : *capacity->as_map()) {
    const bool named = kind == "asg" || kind == "managed";
    if (!named) shares.push_back(share_of(name, kind, block));
    if (!named || block.as_map() == nullptr) continue;
    for (const auto& [label, entry] : *block.as_map()) shares.push_back(share_of(name, label, entry));
  }
  const Origin origin = capacity->origin();
  body.set("capacity", Value::list(std::move(shares), origin));
}

void canonicalize(const Block& kind, Value& body) {
  Map* map = body.as_map();
  if (map == nullptr) return;
  if (kind.kind == "service" || kind.kind == "job") fold_capacity(*map);
  if (kind.kind == "service") raise_grace(*map);
  if (kind.kind == "service") fill_daemon_bounds(*map);
  if (kind.kind == "ulimit") fill_hard_limit(*map);
  if (kind.kind == "container" || kind.kind == "connect") forget_router(*map);
  if (kind.kind == "asg") forget_any_step(*map);
  canonicalize_fields(kind.fields, *map);
  for (const Block& child : kind.blocks) {
    if (kind.field(child.kind) == nullptr) canonicalize_child(child, *map);  // else a second way to write the field
  }
  if (kind.kind == "task") forget_bridge_of_windows(*map);
  if (kind.kind == "task") fill_host_ports(*map);
  if (const Value* capacity = kind.kind == "cluster" ? map->find("capacity") : nullptr; capacity != nullptr && capacity->as_map() != nullptr && capacity->as_map()->empty()) map->erase("capacity");
  if (kind.kind == "deploy") fill_bake(*map);
  if (kind.kind == "service") forget_daemon_replicas(*map);
  if (kind.label == LabelKind::variant && map->find(kind.variant_field) == nullptr) {
    map->set(std::string(kind.variant_field), Value::string(std::string(kind.variants.front()), {.is_default = true}));
  }
}

}  // namespace berth::ir
