#pragma once

#include <string>
#include <vector>

#include "compiler/sema/module.h"
#include "compiler/sema/reporter.h"

namespace berth::lower {

/// What resources (in order of address) say about each other, put where ECS wants it, as defaults: services without `launch` and `capacity` have that of
/// their cluster; tasks on Fargate or in a service with a `network` are awsvpc tasks; an `expose` has the container and the number of its port (E0308); logs
/// of awslogs have the stack's region.
void derive(std::vector<sema::Declared>& resources, const std::string& region, sema::Reporter& reporter);

}  // namespace berth::lower
