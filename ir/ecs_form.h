#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/resource.h"
#include "ir/schema.h"

namespace berth::ir {

/// Whether an implied default (schema::Field::implied) stands in the API object: an update must say it to take a setting back.
enum class Implied : std::uint8_t { left_out, written };

/// Body -> members of the API object (RegisterTaskDefinition, CreateService, CreateCluster input), by the paths and encodings of the schema; what
/// `raw { }` says is merged in last. Tags are not included. `resolve` gives what the API wants for a reference: ARN, name or id; for a network the
/// JSON of its `awsvpcConfiguration` (see ir/externs.h).
Json to_ecs(const schema::Block& kind, const Value& body, const std::function<std::string(const Address&)>& resolve,
            Implied implied = Implied::left_out);

struct FromEcs {
  Value body;
  std::vector<std::string> unmapped;  ///< JSON paths of members that are set and that the schema does not know, sorted
};

/// The reverse, in canonical form: server defaults count as the schema's defaults. `refer` turns a name, ARN or id of a kind (of resources or externs)
/// into a value: a reference when it is one of ours, else the text. Members the service adds by itself (ARNs, revision, status, counts …) are ignored;
/// what the schema has no word for comes back in `raw`, and its paths in `unmapped` when `raw { }` may not write it.
FromEcs from_ecs(const schema::Block& kind, const Json& object,
                 const std::function<Value(std::string_view kind, const std::string& text)>& refer);

/// Fills defaults in, takes implied ones out, sorts what has no order, and brings what can be written in two ways into one (a service's `capacity`).
/// Idempotent; `lower` and `from_ecs` call it.
void canonicalize(const schema::Block& kind, Value& body);

/// Of a service or job: a `capacity { fargate { … } }` becomes the list that `capacity = [ … ]` gives, of {provider, base, weight}, with references
/// into the capacity of its cluster. Nothing happens to a body without `cluster`.
void fold_capacity(Map& body);

}  // namespace berth::ir
