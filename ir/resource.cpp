#include "ir/resource.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
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
  Json body = contains_sensitive(resource.body) ? to_json(unmarked(resource.body)) : to_json(resource.body);
  body.erase("tags");
  const Value* name = at(resource.body, {"name"});
  if (name != nullptr && name->origin().is_default) body.erase("name");
  return sha256_hex(canonical_json(body)).substr(0, 16);
}

const LiveResource* Snapshot::find(const Address& address) const {
  const auto found = std::lower_bound(resources.begin(), resources.end(), address, [](const LiveResource& live, const Address& wanted) {
    return live.resource.address < wanted;
  });
  return found != resources.end() && found->resource.address == address ? &*found : nullptr;
}

}  // namespace berth::ir
