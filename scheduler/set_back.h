#pragma once

#include "base/clock.h"
#include "scheduler/model/service.h"
#include "scheduler/model/task.h"

// When a machine's clock was ahead and is set right, moments that were written down lie in the future, and what is measured from them would not
// pass for as long as the clock was ahead.
namespace berth::scheduler {

/// The newest moment at which something happened to it; the epoch when nothing did.
Timestamp newest_moment(const Task& task);
Timestamp newest_moment(const Service& service);

/// The clock has been set back by `by`, to `now`: the moments of a task to which something happened of late move back with it, and those of a
/// service that lie after `now`, so that spans which are being measured stay what they were: nothing waits for the time to come again, and what
/// counted as healthy still does. A promise to somebody (`protected_until`) stays. Whether anything changed.
bool set_back(Task& task, Timestamp now, Milliseconds by);
bool set_back(Service& service, Timestamp now, Milliseconds by);

}  // namespace berth::scheduler
