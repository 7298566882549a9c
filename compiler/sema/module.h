#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/source.h"
#include "ir/address.h"
#include "ir/resource.h"
#include "ir/value.h"

namespace berth::sema {

/// A resource whose every setting has been evaluated and has its type. What the schema fills in is still missing.
struct Declared {
  ir::Address address;
  ir::Map body;
  Span header;  ///< `service web`
  std::string doc;
};

/// What analysis found: everything the source says, without names left to resolve.
struct Module {
  std::string stack;
  Span stack_header;
  /// Settings of the `stack` block.
  ir::Map settings;
  std::string environment = "default";
  std::string account;  ///< of the environment; "" = any
  std::string region;   ///< of the environment; "" = the stack's
  std::string target;   ///< of the environment: "local" or "aws"; "" = not said
  bool protect = false;
  std::vector<Declared> resources;
  std::vector<Declared> externs;
  std::vector<ir::Output> outputs;
  std::vector<ir::Reveal> reveals;
  std::map<std::string, std::string> files;  ///< SHA-256 of what `file(…)` read, by path
  std::vector<ir::Moved> moved;
  std::map<ir::Address, ir::Removed> removed;
  std::map<std::string, std::vector<ir::Layer>> chains;
  /// Texts made by `plain(…)`: looked at by their writer, and no credentials.
  std::set<Span> plain;
  /// Texts made by `floating(…)`: images that may move.
  std::set<Span> floating;
  /// Keys written in `raw unchecked { }`.
  std::set<Span> unchecked;
};

}  // namespace berth::sema
