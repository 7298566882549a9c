#include "ir/resource.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "ir/json_text.h"
#include "ir/sensitive.h"

namespace berth::ir {
namespace {

void collect_references(const Value& value, std::set<Address>& found) {
  if (const Reference* reference = value.as_reference()) found.insert(reference->target);
  if (const List* items = value.as_list()) {
    for (const Value& item : *items) collect_references(item, found);
  }
  if (const Map* map = value.as_map()) {
    for (const auto& [key, item] : *map) collect_references(item, found);
  }
}

}  // namespace

std::vector<Address> references(const Value& body) {
  std::set<Address> found;
  collect_references(body, found);
  return {found.begin(), found.end()};
}

std::string content_hash(const Resource& resource) {
  const Value* name = at(resource.body, {"name"});
  const bool is_named_by_default = name != nullptr && name->origin().is_default;
  const Value plain = contains_sensitive(resource.body) ? unmarked(resource.body) : Value();
  const Map* body = (plain.empty() ? resource.body : plain).as_map();
  if (body == nullptr) return sha256_hex("null").substr(0, 16);
  std::string text;
  JsonText out(text, JsonText::Form::canonical);
  out.begin_object();
  for (const auto& [key, value] : *body) {
    const bool is_ours_alone = key == "tags" || key == "lifecycle";
    if (is_ours_alone || (key == "name" && is_named_by_default)) continue;
    out.key(key);
    write_json(out, value);
  }
  out.end_object();
  return sha256_hex(text).substr(0, 16);
}

const LiveResource* Snapshot::find(const Address& address) const {
  const auto found = std::lower_bound(resources.begin(), resources.end(), address, [](const LiveResource& live, const Address& wanted) {
    return live.resource.address < wanted;
  });
  return found != resources.end() && found->resource.address == address ? &*found : nullptr;
}

}  // namespace berth::ir
