#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/actions.h"
#include "planner/field_diff.h"

namespace berth::plan {

/// A revision that a service can run.
struct RevisionRow {
  const ir::LiveResource* revision = nullptr;
  bool runs = false;                 ///< the service runs it, or is being brought to it
  std::vector<FieldChange> changes;  ///< against the revision before it; none for the oldest
};

/// The service of the stack that is called `name`: its address, with or without `service.`, or its AWS name. Error "not-found".
Result<const ir::LiveResource*> find_service(const ir::Snapshot& snapshot, const std::string& stack, const std::string& name);

/// The ACTIVE revisions of the stack in the family that the service runs, the newest first.
std::vector<RevisionRow> revisions_of(const ir::Snapshot& snapshot, const std::string& stack, const ir::LiveResource& service);

/// The revision to go back to: number `to`, or with 0 the one before the one that runs. Error "not-found" says which there are.
Result<const RevisionRow*> choose_revision(const std::vector<RevisionRow>& rows, const ir::LiveResource& service, std::size_t to);

/// `revision`, with what changes when the service goes there from the one that it runs.
RevisionRow against_running(const ir::Snapshot& snapshot, const ir::LiveResource& service, const ir::LiveResource& revision);

/// Brings the service to `revision` (an ARN), or replaces its tasks by others of the same revision for "", and waits until it is stable.
std::vector<Action> redeploy(const ir::LiveResource& service, const std::string& revision);

}  // namespace berth::plan
