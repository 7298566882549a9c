#pragma once

#include <functional>

#include "cli/carry_out.h"
#include "planner/revisions.h"

namespace berth::cli {

/// Flags of commands about one service that runs.
struct ServiceFlags {
  CommonFlags common;
  std::string service;
  bool yes = false;
  bool no_wait = false;
  std::string timeout = "10m";
};

/// SERVICE, PATH and what the stack is compiled with.
void declare_service(Arguments& arguments, ServiceFlags& flags);
/// What commands that change the service have besides.
void declare_change(Arguments& arguments, ServiceFlags& flags);

/// A service of the stack, and all that was read with it.
struct LiveService {
  ir::Program program;
  Target target;
  ir::Snapshot snapshot;
  const ir::LiveResource* service = nullptr;  ///< points into `snapshot`
};
/// Compiles the stack, reads what runs and finds the service. What is wrong is shown; nothing comes back then, and `code` is set.
std::unique_ptr<LiveService> open_service(Session& session, View& view, const ServiceFlags& flags, ExitCode& code);

/// Shows what will be done, asks, brings the service to the revision (an ARN; "" = new tasks of the one that runs) and waits, reporting as apply does. `command`: for hints.
ExitCode redeploy_service(Session& session, View& view, LiveService& live, const ServiceFlags& flags, const std::string& revision, const std::string& what,
                          const std::string& command);

/// What a revision changed, a line each.
std::string changes_text(const plan::RevisionRow& row);

}  // namespace berth::cli
