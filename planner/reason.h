#pragma once

#include <string>
#include <vector>

#include "planner/plan.h"

namespace berth::plan {

/// "container.app.image changes", "replicas and deploy.max change": what differs, tags left out.
std::string settings_change(const std::vector<FieldChange>& fields);
/// "name cannot be changed in place".
std::string replacing_settings(const std::vector<FieldChange>& fields);
/// Why a resource that stays is changed. `new_revision`: its task definition is registered by this plan.
Reason reason_for_update(const Change& change, bool new_revision);

}  // namespace berth::plan
