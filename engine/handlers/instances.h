#pragma once

#include "engine/context.h"

namespace berth::engine {

/// An instance of this machine's kind, with identity and attributes; not stored.
scheduler::Instance new_instance(const Context& context, const Cluster& cluster);
/// Makes this machine a container instance of a new cluster. Every cluster sees the whole machine; tasks of all clusters share it.
void register_instance(const Context& context, const Cluster& cluster);
/// A deleted cluster's instances become INACTIVE.
void deregister_instances(const Context& context, const Cluster& cluster);

}  // namespace berth::engine
