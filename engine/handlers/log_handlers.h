#pragma once

#include <functional>
#include <string_view>

#include "engine/handlers/handlers.h"

namespace berth::engine {

Result<api::DescribeLogGroupsResponse> describe_log_groups(Call& call, const api::DescribeLogGroupsRequest& request);
Result<api::DescribeLogStreamsResponse> describe_log_streams(Call& call, const api::DescribeLogStreamsRequest& request);

/// The second half of an operation that reads containers' output: reading blocks, so it runs on a worker, with nothing of the engine but the
/// driver. Returns the response body.
using OutputReader = std::function<Result<Json>(ContainerDriver&)>;
/// The first half, on the engine's thread: checks the request and finds what has to be read.
using OutputHandler = std::function<Result<OutputReader>(Call&, const Json&)>;
/// By X-Amz-Target: GetLogEvents, FilterLogEvents, TaskLogs.
const std::map<std::string_view, OutputHandler>& output_handlers();

}  // namespace berth::engine
