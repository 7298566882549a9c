#pragma once

#include <vector>

#include "compiler/export/requests.h"

namespace berth::exporting {

/// CreateSchedule of EventBridge Scheduler for each job, which starts its task on ECS. What a schedule cannot say goes to `losses`.
std::vector<Request> schedule_requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses);

/// PutMetricAlarm of CloudWatch for each alarm; likewise.
std::vector<Request> alarm_requests(const ir::Program& program, const Spelling& spelling, std::vector<Loss>& losses);

}  // namespace berth::exporting
