#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/source.h"
#include "ir/address.h"
#include "ir/value.h"

namespace berth::ir {

/// One desired or live thing. `body` is a Map in the shape of the schema: settings under their names, single blocks as maps, named blocks as maps of
/// maps (`container` -> name -> settings). Canonical: defaults are filled in, lists without order are sorted, nothing is null.
/// `body.name` is always there: the AWS name; derived from the address unless written (then its origin is not `is_default`).
struct Resource {
  Address address;
  Value body;
  Span origin;      ///< the declaration
  std::string doc;  ///< its doc comment
  /// Address and body; neither origin nor doc.
  bool operator==(const Resource& other) const { return address == other.address && body == other.body; }
};

/// The addresses that the body refers to, sorted, each once.
std::vector<Address> references(const Value& body);

/// First 16 hex digits of SHA-256 over the canonical JSON of `body`, whatever its sensitive texts are, without its `tags` and `name`s that are derived. The tag `berth:hash` carries it.
std::string content_hash(const Resource& resource);

struct Output {
  std::string name;
  Value value;
};

/// `moved a -> b`: what runs as `from` is `to` from now on.
struct Moved {
  Address from;
  Address to;
  Span origin;
};

/// `removed service x { reason = "…" }`: the protection of what was called so is lifted.
struct Removed {
  std::string reason;
  Span origin;
};

/// `reveal(value, "reason")`: a sensitive value that may be shown.
struct Reveal {
  std::string reason;
  Span origin;  ///< the call
};

/// One writing of a field, for `berth explain`.
struct Layer {
  std::string value;  ///< as spelled in the language; "unset" for null, masked where it is sensitive
  Span origin;        ///< nowhere for a default
  std::string how;    ///< "container worker", "preset hardened", "override in environment prod", "default"
};

/// What the source asks for.
struct Program {
  std::string stack;
  std::string environment = "default";
  std::string region;   ///< "" = the target's own
  std::string account;  ///< the account that the environment names; "" = any
  std::string target;   ///< what the environment deploys to: "local" or "aws"; "" = not said, which is local
  bool protect = false; ///< the environment asks for its name before anything is changed
  std::map<Address, Resource> resources;
  /// What exists already and is only referred to. The kind of an address is the extern's kind: `role.orders_role`.
  std::map<Address, Resource> externs;
  std::vector<Output> outputs;
  std::vector<Moved> moved;
  std::map<Address, Removed> removed;
  std::vector<Reveal> reveals;  ///< in the order of the sources
  std::map<std::string, std::string> files;  ///< SHA-256 of what `file(…)` read, by path
  /// How fields got their values, by address and path ("service.orders.replicas"), first to last: the last one counts. Only when asked for.
  std::map<std::string, std::vector<Layer>> chains;
  /// The text behind the origins; null for a program read from JSON.
  std::shared_ptr<const SourceSet> sources;

  /// "shop/prod": the value of the tag `berth:stack`.
  [[nodiscard]] std::string id() const { return stack + "/" + environment; }
};

/// Canonical JSON of a value: quantities in their canonical spelling, references as {"$ref": "cluster.main"}, what is sensitive as {"$sensitive": mark}
/// (true when it has no mark).
Json to_json(const Value& value);
/// The whole program, as documented by docs/ir.schema.json; with `origins`, each resource has an `origins` object: field path -> "file:line:column".
Json to_json(const Program& program, bool origins);
/// Its parts, for those who write the whole in other ways (ir/json_text.h): all but `resources`, and a row of these but for its `body`.
Json to_json_without_resources(const Program& program, bool origins);
Json to_json_without_body(const Resource& resource, const Program& program, bool origins);
/// The reverse of to_json for one body of `kind`; Error "ir" names the path. Origins are empty.
Result<Value> body_from_json(std::string_view kind, const Json& json);
/// The same for the body of an extern.
Result<Value> extern_from_json(std::string_view kind, const Json& json);

/// What runs. `resource.body` is in the same canonical form as the desired one, so that equal things compare equal.
struct LiveResource {
  Resource resource;
  std::string arn;
  int revision = 0;    ///< task definitions only
  std::string status;  ///< ACTIVE, DRAINING …
  /// The `berth:` tags; empty strings where the resource has none.
  std::string stack;
  std::string hash;
  /// The address in its tag, where that is an old one (`moved`); else "".
  std::string tagged_address;
  bool protect = false;
  bool sensitive = false;  ///< the tag `berth:sensitive`: it was made with values that must not be shown
  /// API members that are set and that the schema does not know: part of drift, never lost silently.
  std::vector<std::string> unmapped;
  /// Services: what the scheduler does at the moment (deployments, counts), as the API gave it. For plan and status, not compared.
  Json runtime;
};

/// What runs, as far as it concerns one program: everything tagged with its stack id, and everything that has a name the program wants.
struct Snapshot {
  std::vector<LiveResource> resources;  ///< sorted by address
  [[nodiscard]] const LiveResource* find(const Address& address) const;
};

}  // namespace berth::ir
