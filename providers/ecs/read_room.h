#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "planner/room.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// What plan::Reader::read_room promises: instances and tasks in pages and batches of a hundred, at most `width` calls at a time.
Result<plan::Room> read_room(EcsClient& client, const std::string& cluster_arn, std::size_t width);

}  // namespace berth::provider
