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

/// The rules of ECS that concern more than one setting, on the canonical program. `sources`: to show a place within a text.
void validate(const ir::Program& program, const Exemptions& exemptions, DiagnosticSink& sink, const SourceSet* sources = nullptr);

// ---- parts of it, each one subject ------------------------------------------------------------------------------------------------

/// Where a value was written; `fallback` for one that the schema filled in.
Span place_of(const ir::Value* value, Span fallback);
/// Where a part of a text was written; the place of the text when it is not written there word for word. At its end: the last character.
Span place_within(const ir::Value& text, std::size_t at, std::size_t length, Span fallback, const sema::Reporter& reporter);

/// Containers, memory, cpu, ports and start order of one task (E0302–E0307, E0318, E0320–E0322, E0324, E0326).
void validate_task(const ir::Resource& task, sema::Reporter& reporter);
/// Images, and texts that look like credentials, in one task (E0312, E0313, W0503).
void lint_task(const ir::Resource& task, const Exemptions& exemptions, sema::Reporter& reporter);
/// Rollout limits of one service, and settings of it that take each other's effect (E0309, E0316, W0502, W0504).
void validate_service(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Tasks that run on Fargate, by their own word or by that of a service, a job or a cluster (E0301, E0315, E0329, E0332, E0337, W0510).
void validate_fargate(const ir::Program& program, sema::Reporter& reporter);
/// Where it is said that a service or job runs on Fargate; nothing when it does not.
std::optional<Span> puts_on_fargate(const ir::Program& program, const ir::Resource& service);
/// Ports and their ranges in one task (E0303, E0331, W0510).
void validate_ports(const ir::Resource& task, sema::Reporter& reporter);
/// Log drivers, their options, and log routers in one task (E0332, W0510).
void validate_logs(const ir::Resource& task, sema::Reporter& reporter);
/// Volumes of one task and what mounts them (E0333, E0337).
void validate_volumes(const ir::Resource& task, sema::Reporter& reporter);
/// Volumes that a service makes for its tasks (E0333, E0334).
void validate_launch_volumes(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Settings of the containers of one task, each by itself (E0335–E0340, W0510).
void validate_containers(const ir::Program& program, const ir::Resource& task, sema::Reporter& reporter);
/// What Windows has not (E0341).
void validate_windows(const ir::Resource& task, sema::Reporter& reporter);
/// Whether the tasks of a service or job can run where they are to: network, compatibility, roles (E0330, E0337, E0348).
void validate_where(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// What one task cannot have on the kinds of capacity that it says it can run on (E0348).
void validate_compatible(const ir::Resource& task, sema::Reporter& reporter);
/// The same for the kind that a service or job puts it on, at `why`; `addressed` is the place that gives its tasks an address of their own.
void validate_capacity_kind(const ir::Resource& task, std::string_view type, Span why, Span addressed, sema::Reporter& reporter);
/// Whether Fargate's platform is of a version that there is, and has what the task needs (E0348).
void validate_platform(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Subnets and security groups of networks that exist already (E0330).
void validate_networks(const ir::Program& program, sema::Reporter& reporter);
/// How tasks are shared out over the capacity of a cluster (E0342).
void validate_capacity(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Capacity and logging of one cluster (E0342, E0349).
void validate_cluster(const ir::Resource& cluster, sema::Reporter& reporter);
/// How one service replaces its tasks and where they are placed (E0309, E0329, E0343, E0347, E0350, E0351).
void validate_deployment(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// Where the tasks of one job are placed (E0329, E0347, E0351).
void validate_job_placement(const ir::Program& program, const ir::Resource& job, sema::Reporter& reporter);
/// Constraints of one task (E0347, E0351).
void validate_task_placement(const ir::Program& program, const ir::Resource& task, sema::Reporter& reporter);
/// How requests reach the tasks of one service (E0344–E0346).
void validate_traffic(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter);
/// What more than a fresh account may have (W0509).
void validate_quota(const ir::Program& program, sema::Reporter& reporter);
/// What `raw { }` may write (E0317, E0328, W0508).
void validate_raw(const ir::Resource& resource, const Exemptions& exemptions, sema::Reporter& reporter);
/// Ports and the network mode as they were written, before the canonical form fills them in: Windows has none but `awsvpc` (E0341), and with the host's
/// network or an address of the task's own, `host` is the port itself (E0304).
void validate_host_ports(const ir::Value& task, sema::Reporter& reporter);

}  // namespace berth::lower
