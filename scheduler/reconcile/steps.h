#pragma once

#include "scheduler/reconcile/draft.h"

// The steps of `reconcile`, in their order. Each is total: it does nothing where it has nothing to say.

namespace berth::scheduler {

/// Takes tasks that reached RUNNING, became healthy or stopped into account, once each: failures, throttle. Source: ecs.md 4.5, 4.6.
void account_for_tasks(Draft& draft);

/// Fails the PRIMARY deployment that has too many failures, and rolls back where that is wanted. Source: ecs.md 4.6.
void trip_breaker(Draft& draft);

/// Drops older deployments that have no tasks and keep none. Returns whether any went.
bool retire_deployments(Draft& draft);

/// One deployment: as many tasks as desired, the unhealthy replaced start-first within the maximum. Source: ecs.md 4.2-2, 4.4.
void keep_count(Draft& draft);

/// DAEMON: one task on each instance that is active, connected and satisfies the constraints; at most desired minus minimum of them are
/// without a healthy one at a time. Source: ecs.md 4.2.
void keep_daemons(Draft& draft);

/// Several deployments, or tasks on instances that they have to leave: one step of the rolling update, as far as the bounds allow now. Source: ecs.md 4.2-3, 4.2-4.
void roll_out(Draft& draft);

/// A service whose caller deploys: each task set is kept at its count by itself, its unhealthy tasks and those on instances that they have to
/// leave replaced start-first within twice the count; those that are being deleted are stopped, and dropped when that is done. Also says
/// which have come to rest. Source: ecs.md 2.2, 6.3.
void keep_task_sets(Draft& draft);

/// A deleted service: stops everything, then it is INACTIVE. Source: ecs.md 4.12.
void drain(Draft& draft);

/// Announces a completed deployment and the steady state. Source: ecs.md 4.2-5, 4.6.
void announce(Draft& draft);

}  // namespace berth::scheduler
