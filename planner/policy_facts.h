#pragma once

#include "ir/value.h"
#include "planner/plan.h"

namespace berth::plan {

/// What policies may ask of a plan, as a value of the language: docs/plan.md, "Policies".
ir::Value policy_facts(const Plan& plan);

}  // namespace berth::plan
