#include "compiler/export/requests.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "compiler/export/capacity.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

using ir::Map;
using ir::Value;
using ir::schema::Block;
using ir::schema::Field;

struct Kind {
  std::string_view name;
  std::string_view operation;
};
/// In the order in which they can be made.
constexpr std::array<Kind, 3> kKinds = {{{"cluster", "CreateCluster"}, {"task", "RegisterTaskDefinition"}, {"service", "CreateService"}}};

/// Fields without a place of their own in the API that stand in it all the same: tags beside the body, raw merged in, the missing name of a port.
constexpr std::array<std::string_view, 4> kWrittenElsewhere = {"tags", "raw", "unnamed", "name"};

bool sends_something(const Block& block) {
  return !block.path.empty() || std::any_of(block.fields.begin(), block.fields.end(), [](const Field& field) { return !field.path.empty() || field.name == "raw"; }) ||
         std::any_of(block.blocks.begin(), block.blocks.end(), sends_something);
}

std::string_view why_unsent(const std::string& subject) {
  if (subject.starts_with("lifecycle.")) return "it tells berth what it may do, and is no part of the resource";
  if (subject == "scale") return "it belongs to Application Auto Scaling, not to the ECS API";
  return "the ECS API has no place for it";
}

/// What stands in a body and not in the API.
class Unsent {
 public:
  Unsent(const ir::Address& owner, std::vector<Loss>& losses) : owner_(owner), losses_(losses) {}

  void block(const Block& schema, const Map& body, const std::string& path) {
    for (const auto& [key, value] : body) {
      if (path.empty() && owner_.kind == "cluster" && key == "capacity") continue;  // capacity_requests() writes it
      if (const Field* field = schema.field(key)) {
        const bool written = !field->path.empty() || std::find(kWrittenElsewhere.begin(), kWrittenElsewhere.end(), key) != kWrittenElsewhere.end();
        if (!written && !value.origin().is_default) add(path + key, value);
        continue;
      }
      const Block* inner = schema.block(key);
      if (inner == nullptr || value.as_map() == nullptr) continue;
      if (key == "lifecycle") {
        for (const auto& [setting, entry] : *value.as_map()) add(path + key + "." + setting, entry);
      } else if (!sends_something(*inner)) {
        add(path + key, value);
      } else if (inner->label == ir::schema::LabelKind::name) {
        for (const auto& [label, entry] : *value.as_map()) {
          if (entry.as_map() != nullptr) block(*inner, *entry.as_map(), path + key + "." + label + ".");
        }
      } else {
        block(*inner, *value.as_map(), path + key + ".");
      }
    }
  }

 private:
  void add(const std::string& setting, const Value& value) {
    losses_.push_back({fmt::format("{} {}", owner_.text(), setting), std::string(why_unsent(setting)), value.origin().span});
  }

  const ir::Address& owner_;
  std::vector<Loss>& losses_;
};

/// The value with what is sensitive as the target spells it.
Value spelled(const Value& value, const ir::Address& owner, const std::string& path, const Spelling& spelling) {
  if (value.as_sensitive() != nullptr) return Value::string(spelling.sensitive(owner, path, value), value.origin());
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (const ir::List* list = value.as_list()) {
    ir::List items;
    for (std::size_t i = 0; i < list->size(); ++i) items.push_back(spelled((*list)[i], owner, below(std::to_string(i)), spelling));
    return Value::list(std::move(items), value.origin());
  }
  if (const Map* map = value.as_map()) {
    Map entries;
    for (const auto& [key, entry] : *map) entries.set(key, spelled(entry, owner, below(key), spelling));
    return Value::map(std::move(entries), value.origin());
  }
  return value;
}

Json tag_list(const Value& body) {
  Json list = Json::array();
  const Value* tags = ir::at(body, {"tags"});
  if (tags == nullptr || tags->as_map() == nullptr) return list;
  for (const auto& [key, value] : *tags->as_map()) {
    if (value.as_string() != nullptr) list.push_back({{"key", key}, {"value", *value.as_string()}});
  }
  return list;
}

}  // namespace

std::string aws_name(const ir::Resource& resource) {
  const Value* name = ir::at(resource.body, {"name"});
  return name == nullptr || name->as_string() == nullptr ? resource.address.name : *name->as_string();
}

std::vector<Request> requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses) {
  std::vector<Request> made;
  std::vector<Request> capacity;
  for (const Kind& kind : kKinds) {
    // Between the clusters and what runs in them.
    std::move(capacity.begin(), capacity.end(), std::back_inserter(made));
    capacity.clear();
    const Block* schema = ir::schema::resource_kind(kind.name);
    BERTH_CHECK(schema != nullptr, std::string(kind.name));
    for (const auto& [address, resource] : program.resources) {
      if (address.kind != kind.name) continue;
      const Value body = spelled(resource.body, address, "", spelling);
      Json input = ir::to_ecs(*schema, body, spelling.reference);
      Json tags = tag_list(body);
      if (!tags.empty()) input["tags"] = std::move(tags);
      made.push_back({std::string(kind.operation), address, std::move(input)});
      Unsent(address, losses).block(*schema, *body.as_map(), "");
      if (kind.name == "cluster") {
        for (Request& request : capacity_requests(resource, body, spelling)) capacity.push_back(std::move(request));
      }
    }
    // First all providers, then what the clusters take of them.
    std::stable_sort(capacity.begin(), capacity.end(), [](const Request& a, const Request& b) { return a.operation < b.operation; });
  }
  return made;
}

}  // namespace berth::exporting
