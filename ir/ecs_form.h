#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/resource.h"
#include "ir/schema.h"

namespace berth::ir {

/// Body -> members of the API object (RegisterTaskDefinition, CreateService, CreateCluster input), by the paths and encodings of the schema.
/// Tags are not included. `resolve` gives what the API wants for a reference (name or ARN).
Json to_ecs(const schema::Block& kind, const Value& body, const std::function<std::string(const Address&)>& resolve);

struct FromEcs {
  Value body;
  std::vector<std::string> unmapped;  ///< JSON paths of members that are set and that the schema does not know, sorted
};

/// The reverse, in canonical form: server defaults count as the schema's defaults. `refer` turns a name or ARN of a kind into a value: a reference
/// when it is one of ours, else the text. Members the service adds by itself (ARNs, revision, status, counts …) are ignored.
FromEcs from_ecs(const schema::Block& kind, const Json& object,
                 const std::function<Value(std::string_view kind, const std::string& text)>& refer);

/// Fills defaults, sorts what has no order. Idempotent; `lower` and `from_ecs` call it.
void canonicalize(const schema::Block& kind, Value& body);

}  // namespace berth::ir
