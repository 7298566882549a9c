#include "engine/agent/observations.h"

#include "base/check.h"

namespace berth::engine {
namespace {

using scheduler::ContainerActionKind;
using scheduler::ContainerObservation;
using scheduler::ContainerReport;
using Phase = ContainerState::Phase;

constexpr int kKilled = 137;

ContainerActionKind action_kind(OperationKind kind) {
  switch (kind) {
    case OperationKind::pull: return ContainerActionKind::Pull;
    case OperationKind::create: return ContainerActionKind::Create;
    case OperationKind::start: return ContainerActionKind::Start;
    case OperationKind::stop: return ContainerActionKind::Stop;
    case OperationKind::remove: return ContainerActionKind::Remove;
  }
  return ContainerActionKind::Pull;
}

scheduler::HealthStatus health_of(const ContainerState& state) {
  if (state.health == "healthy") return scheduler::HealthStatus::Healthy;
  if (state.health == "unhealthy") return scheduler::HealthStatus::Unhealthy;
  return scheduler::HealthStatus::Unknown;
}

scheduler::HealthChanged health_changed(const ContainerState& state) {
  scheduler::HealthChanged report{.health = health_of(state)};
  if (const auto& run = state.failed_check) {
    report.failed_check = {.exit_code = run->exit_code, .output = run->output, .at = run->at};
  }
  return report;
}

scheduler::Started started(const ContainerState& state) {
  scheduler::Started report{.network_bindings = {}, .private_ip = state.private_ip, .at = state.started_at};
  for (const auto& port : state.ports)
    report.network_bindings.push_back(
        {.bind_ip = port.bind_ip, .container_port = port.container_port, .host_port = port.host_port, .protocol = port.protocol});
  return report;
}

scheduler::Exited exited(const ContainerState& state) {
  scheduler::Exited report{.exit_code = std::nullopt, .out_of_memory = false, .at = state.finished_at};
  if (state.exit_code) report.exit_code = static_cast<int>(*state.exit_code);
  // A child that was killed for memory does not make the container's own end one.
  report.out_of_memory = state.out_of_memory && report.exit_code == kKilled;
  return report;
}

/// What a state says of a container that was started.
std::vector<ContainerReport> run_reports(const ContainerState& state) {
  if (state.phase == Phase::created) return {};
  std::vector<ContainerReport> reports{started(state)};
  if (state.phase == Phase::exited)
    reports.emplace_back(exited(state));
  else if (!state.health.empty())
    reports.emplace_back(health_changed(state));
  return reports;
}

std::vector<ContainerReport> reports_of(const Completion& completion) {
  if (completion.error) {
    if (completion.error->code == "Cancelled") return {};
    return {scheduler::ActionFailed{.action = action_kind(completion.kind),
                                    .error_name = completion.error->code,
                                    .message = completion.error->message,
                                    .retryable = completion.error->retryable}};
  }
  if (completion.kind == OperationKind::pull) return {scheduler::Pulled{completion.image_digest}};
  if (completion.kind == OperationKind::remove) return {scheduler::Removed{}};
  if (completion.kind == OperationKind::stop) {
    if (completion.state) return {exited(*completion.state)};
    return {scheduler::Removed{}};
  }
  BERTH_CHECK(completion.state.has_value(), "create and start tell the container's state");
  auto reports = run_reports(*completion.state);
  // A container that was adopted may have been started before.
  if (completion.kind == OperationKind::create) reports.insert(reports.begin(), scheduler::Created{completion.state->runtime_id});
  return reports;
}

std::vector<ContainerObservation> of_container(const std::string& container, std::vector<ContainerReport> reports) {
  std::vector<ContainerObservation> observations;
  for (auto& report : reports) observations.push_back({.container = container, .report = std::move(report)});
  return observations;
}

}  // namespace

OperationKind operation_kind(ContainerActionKind kind) {
  switch (kind) {
    case ContainerActionKind::Pull: return OperationKind::pull;
    case ContainerActionKind::Create: return OperationKind::create;
    case ContainerActionKind::Start: return OperationKind::start;
    case ContainerActionKind::Stop: return OperationKind::stop;
    case ContainerActionKind::Remove: return OperationKind::remove;
  }
  return OperationKind::pull;
}

std::vector<ContainerObservation> observations_of(const Completion& completion) {
  return of_container(completion.container, reports_of(completion));
}

std::vector<ContainerObservation> observations_of(const ContainerEvent& event) {
  if (event.gone) return of_container(event.state.container, {scheduler::Removed{}});
  if (event.state.phase == Phase::exited) return of_container(event.state.container, {exited(event.state)});
  return of_container(event.state.container, run_reports(event.state));
}

std::vector<ContainerObservation> differences(const scheduler::Container& known, const ContainerState* state) {
  using scheduler::ContainerStatus;
  std::vector<ContainerReport> reports;
  if (state == nullptr) {
    if (!known.runtime_id.empty() && !known.removed) reports.emplace_back(scheduler::Removed{});
    return of_container(known.name, std::move(reports));
  }
  if (known.runtime_id.empty() || known.removed) reports.emplace_back(scheduler::Created{state->runtime_id});
  if (known.known_status == ContainerStatus::Stopped) return of_container(known.name, std::move(reports));
  auto runs = run_reports(*state);
  // An exited container shows no ports any more: what is known of its run stays.
  if (state->phase == Phase::exited && known.known_status == ContainerStatus::Running) runs.erase(runs.begin());
  reports.insert(reports.end(), runs.begin(), runs.end());
  return of_container(known.name, std::move(reports));
}

}  // namespace berth::engine
