#pragma once

#include <optional>
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
  std::set<Span> unchecked; ///< values in `raw unchecked { }`
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
/// Rollout limits of one service, and settings of it that take each other's effect (E0309, E0316, W0502, W0504).
void validate_service(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Tasks that run on Fargate, by their own word or by that of a service, a job or a cluster (E0301, E0315, E0329).
void validate_fargate(const ir::Program& program, sema::Reporter& reporter);
/// Where it is said that a service or job runs on Fargate; nothing when it does not.
std::optional<Span> puts_on_fargate(const ir::Program& program, const ir::Resource& service);
/// What `raw { }` may write (E0317, E0328, W0508).
void validate_raw(const ir::Resource& resource, const Exemptions& exemptions, sema::Reporter& reporter);
/// Ports as they were written, before the canonical form fills them in: with the host's network, `host` is the port itself (E0304).
void validate_host_ports(const ir::Value& task, sema::Reporter& reporter);

}  // namespace berth::lower
