#pragma once

#include <set>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/sema/reporter.h"
#include "ir/resource.h"

namespace berth::lower {

/// Texts whose writer has answered a lint in the source, by the place that made them.
struct Exemptions {
  std::set<Span> plain;     ///< `plain(…)`: no credential
  std::set<Span> floating;  ///< `floating(…)`: an image that may move
  std::set<Span> unchecked; ///< keys in `raw unchecked { }`
};

/// The rules of ECS that concern more than one setting, on the canonical program.
void validate(const ir::Program& program, const Exemptions& exemptions, DiagnosticSink& sink);

// ---- parts of it, each one subject ------------------------------------------------------------------------------------------------

/// Where a value was written; `fallback` for one that the schema filled in.
Span place_of(const ir::Value* value, Span fallback);

/// Containers, memory, cpu, ports and start order of one task (E0302–E0307, E0318, E0320–E0322, E0324, E0326).
void validate_task(const ir::Resource& task, sema::Reporter& reporter);
/// Images, and texts that look like credentials, in one task (E0312, E0313, W0503).
void lint_task(const ir::Resource& task, const Exemptions& exemptions, sema::Reporter& reporter);
/// Rollout limits of one service (E0309).
void validate_service(const ir::Resource& service, sema::Reporter& reporter);
/// Ports as they were written, before the canonical form fills them in: with the host's network, `host` is the port itself (E0304).
void validate_host_ports(const ir::Value& task, sema::Reporter& reporter);

}  // namespace berth::lower
