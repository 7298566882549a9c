#include "providers/ecs/failure_report.h"

#include <algorithm>
#include <csignal>
#include <vector>

#include <fmt/format.h>

#include "providers/ecs/json_access.h"
#include "providers/ecs/logs.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

constexpr std::size_t kTasksShown = 3;
constexpr std::size_t kLinesShown = 10;
constexpr std::size_t kEventsShown = 2;

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? fmt::format("signal {}", number) : fmt::format("SIG{}", name);
}

std::vector<const Json*> newest_stopped(const Json& tasks, const std::string& task_definition, std::size_t at_most) {
  std::vector<const Json*> stopped;
  for (const Json& task : tasks) {
    if (text_at(task, "lastStatus") != "STOPPED") continue;
    // Those that the scheduler stopped itself say nothing about why others fail.
    if (text_at(task, "stopCode") == "ServiceSchedulerInitiated" && text_at(task, "stoppedReason").find("health") == std::string::npos) continue;
    if (task_definition.empty() || text_at(task, "taskDefinitionArn") == task_definition) stopped.push_back(&task);
  }
  std::stable_sort(stopped.begin(), stopped.end(),
                   [](const Json* a, const Json* b) { return time_at(*a, "stoppedAt") > time_at(*b, "stoppedAt"); });
  if (stopped.size() > at_most) stopped.resize(at_most);
  return stopped;
}

std::string describe_container(const Json& container) {
  std::string text = fmt::format("container {}", text_at(container, "name"));
  if (container.contains("exitCode")) {
    const std::int64_t code = number_at(container, "exitCode");
    text += fmt::format(" exited with code {}", code);
    if (const std::string meaning = exit_code_meaning(code); !meaning.empty()) text += fmt::format(" ({})", meaning);
  } else {
    text += " did not run";
  }
  if (const std::string reason = text_at(container, "reason"); !reason.empty()) text += ": " + reason;
  return text;
}

std::string describe_task(const Json& task) {
  std::string text = fmt::format("task {}: {}\n", last_part(text_at(task, "taskArn")).substr(0, 12), text_at(task, "stoppedReason"));
  for (const Json& container : list_at(task, "containers")) text += "  " + describe_container(container) + "\n";
  return text;
}

std::string last_lines(EcsClient& client, const Json& task) {
  const auto containers = read_task_logs(client, text_at(task, "clusterArn"), text_at(task, "taskArn"), "", kLinesShown);
  if (!containers) return "";
  std::string text;
  for (const ContainerLog& container : *containers) {
    if (container.lines.empty()) continue;
    text += fmt::format("last output of container {}:\n", container.container);
    const std::size_t skipped = container.lines.size() - std::min(container.lines.size(), kLinesShown);
    for (std::size_t i = skipped; i < container.lines.size(); ++i) text += "  | " + container.lines[i].text + "\n";
  }
  return text;
}

/// Events say why tasks cannot even be placed.
std::string placement_events(const Json& service) {
  std::string text;
  std::size_t shown = 0;
  for (const Json& event : list_at(service, "events")) {
    const std::string message = text_at(event, "message");
    if (message.find("unable") == std::string::npos || shown == kEventsShown) continue;
    text += "event: " + message + "\n";
    ++shown;
  }
  return text;
}

}  // namespace

std::string exit_code_meaning(std::int64_t code) {
  constexpr int kSignalBase = 128;
  switch (code) {
    case 125: return "the container runtime could not run the command";
    case 126: return "the command cannot be executed";
    case 127: return "the command was not found";
    case kSignalBase + SIGKILL: return "killed by SIGKILL: out of memory, or it did not stop in time";
    case kSignalBase + SIGTERM: return "ended by SIGTERM";
    case kSignalBase + SIGSEGV: return "crashed with SIGSEGV";
    case 255: return "its exit code is unknown, or the program gave 255";
    default: break;
  }
  if (code > kSignalBase && code < kSignalBase + 65) return "ended by " + signal_name(static_cast<int>(code) - kSignalBase);
  return "";
}

std::string describe_stopped_tasks(const Json& tasks, const std::string& task_definition, std::size_t at_most) {
  std::string text;
  for (const Json* task : newest_stopped(tasks, task_definition, at_most)) text += describe_task(*task);
  return text;
}

std::string why_tasks_fail(EcsClient& client, const Json& service, const std::string& task_definition) {
  const std::string cluster = text_at(service, "clusterArn");
  std::string text;
  const auto listed = client.call("ListTasks", {{"cluster", cluster}, {"serviceName", text_at(service, "serviceName")}, {"desiredStatus", "STOPPED"}});
  const Json arns = listed ? list_at(*listed, "taskArns") : Json::array();
  if (!arns.empty()) {
    const auto described = client.call("DescribeTasks", {{"cluster", cluster}, {"tasks", arns}});
    const Json tasks = described ? list_at(*described, "tasks") : Json::array();
    text += describe_stopped_tasks(tasks, task_definition, kTasksShown);
    const auto newest = newest_stopped(tasks, task_definition, 1);
    if (!newest.empty()) text += last_lines(client, *newest.front());
  }
  text += placement_events(service);
  return text;
}

}  // namespace berth::provider
