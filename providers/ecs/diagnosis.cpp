#include "providers/ecs/diagnosis.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include "providers/ecs/failure_report.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

constexpr std::int64_t kNotExecutable = 126;
constexpr std::int64_t kNotFound = 127;
constexpr std::int64_t kKilled = 137;
constexpr std::int64_t kSegmentationFault = 139;
constexpr std::int64_t kTerminated = 143;

/// The names of ECS's errors, as containers' reasons begin with them, and what they are about.
struct NamedError {
  std::string_view name;
  Cause cause;
};
constexpr std::array<NamedError, 17> kErrors = {{
    {"OutOfMemoryError", Cause::memory},
    {"CannotPullContainerError", Cause::image},
    {"CannotPullImageManifestError", Cause::image},
    {"CannotPullECRContainerError", Cause::image},
    {"CannotPullContainerAuthError", Cause::image},
    {"CannotCreateContainerError", Cause::start},
    {"CannotStartContainerError", Cause::start},
    {"TaskDependencyError", Cause::dependency},
    {"ContainerVanishedError", Cause::vanished},
    {"NoSuchContainerError", Cause::vanished},
    {"ResourceInitializationError", Cause::environment},
    {"CannotCreateVolumeError", Cause::environment},
    {"ContainerNetworkingError", Cause::environment},
    {"CannotGetDockerclientError", Cause::environment},
    {"CannotInspectContainerError", Cause::environment},
    {"CannotStopContainerError", Cause::environment},
    {"DockerTimeoutError", Cause::environment},
}};

/// "Name: detail" -> what it is about and the detail; nothing for a text that begins with no known name.
struct Blame {
  Cause cause;
  std::string detail;
};
std::optional<Blame> blame_of(const std::string& reason) {
  for (const NamedError& error : kErrors) {
    if (reason.rfind(error.name, 0) != 0) continue;
    const std::size_t detail = reason.find_first_not_of(": ", error.name.size());
    return Blame{error.cause, detail == std::string::npos ? "" : reason.substr(detail)};
  }
  return std::nullopt;
}

const Json& named(const Json& list, const std::string& name) {
  static const Json kNone = Json::object();
  for (const Json& item : list) {
    if (text_at(item, "name") == name) return item;
  }
  return kNone;
}

bool is_essential(const TaskRecord& record, const std::string& container) {
  const Json& definition = named(list_at(record.definition, "containerDefinitions"), container);
  return !definition.contains("essential") || flag_at(definition, "essential");
}

double finished_at(const TaskRecord& record, const std::string& container) {
  const double at = time_at(named(list_at(record.output, "containers"), container), "finishedAt");
  return at > 0 ? at : std::numeric_limits<double>::max();
}

/// The container whose end is the task's: one with an error of its own before those that merely ended, essential ones before others, then the
/// first to end, then one with an exit code that says so.
const Json* culprit(const TaskRecord& record) {
  const Json* found = nullptr;
  const auto rank = [&](const Json& container) {
    const std::string name = text_at(container, "name");
    const std::int64_t code = number_at(container, "exitCode");
    const bool cancelled = !container.contains("exitCode") && text_at(container, "reason").empty();
    return std::tuple(cancelled, !blame_of(text_at(container, "reason")), !is_essential(record, name), finished_at(record, name), code == 0);
  };
  const Json* waiting = nullptr;
  for (const Json& container : list_at(record.task, "containers")) {
    if (text_at(container, "lastStatus") != "STOPPED") continue;
    const auto blame = blame_of(text_at(container, "reason"));
    if (blame && blame->cause == Cause::dependency) {
      if (waiting == nullptr) waiting = &container;
    } else if (found == nullptr || rank(container) < rank(*found)) {
      found = &container;
    }
  }
  if (waiting == nullptr) return found;
  // Who waited in vain is a victim of whoever failed.
  const bool failed = found != nullptr && (number_at(*found, "exitCode") != 0 || blame_of(text_at(*found, "reason")));
  return failed ? found : waiting;
}

std::optional<std::int64_t> exit_code_of(const Json& container) {
  if (!container.contains("exitCode")) return std::nullopt;
  return number_at(container, "exitCode");
}

std::string with_code(std::int64_t code) {
  const std::string meaning = exit_code_meaning(code);
  return meaning.empty() ? fmt::format("code {}", code) : fmt::format("code {} ({})", code, meaning);
}

std::string memory_limit(const TaskRecord& record, const std::string& container) {
  const std::int64_t own = number_at(named(list_at(record.definition, "containerDefinitions"), container), "memory");
  if (own > 0) return fmt::format("{} MiB", own);
  const std::string whole = text_at(record.definition, "memory");
  return whole.empty() ? "" : whole + " MiB";
}

void explain_exit(Diagnosis& diagnosis) {
  diagnosis.settings = {"command", "entrypoint"};
  if (!diagnosis.exit_code) {
    diagnosis.summary = fmt::format("container {} ended, and nobody saw how", diagnosis.container);
    return;
  }
  const std::int64_t code = *diagnosis.exit_code;
  diagnosis.summary = fmt::format("container {} exited with {}", diagnosis.container, with_code(code));
  if (code == kNotExecutable || code == kNotFound) diagnosis.settings.emplace_back("image");
  switch (code) {
    case 0:
      diagnosis.settings = {"essential", "command", "entrypoint"};
      diagnosis.advice = "the program ended as if it were done: keep it in the foreground, or write `essential = false` if the task is to outlive it";
      return;
    case kNotExecutable: diagnosis.advice = "the image has the program, but it is no executable: look at its mode and its interpreter"; return;
    case kNotFound: diagnosis.advice = "the image has no such program: look at `command` and `entrypoint`, and at PATH in the image"; return;
    case kKilled:
      diagnosis.settings = {"memory", "command"};
      diagnosis.advice = "its memory limit is not what did it: look for `docker kill`, or for the kernel's words on memory in `dmesg`";
      return;
    case kSegmentationFault: diagnosis.advice = "the program crashed: run the image under a debugger, or with core dumps allowed (`ulimit core`)"; return;
    case kTerminated: diagnosis.advice = "somebody sent it SIGTERM, and it was not berth"; return;
    default: diagnosis.advice = "the last lines of its output are where to begin";
  }
}

void explain(const TaskRecord& record, Diagnosis& diagnosis) {
  const std::string& name = diagnosis.container;
  switch (diagnosis.cause) {
    case Cause::memory: {
      const std::string limit = memory_limit(record, name);
      diagnosis.summary = fmt::format("container {} was killed because it used more memory than {}", name, limit.empty() ? "it may" : "its limit of " + limit);
      diagnosis.settings = {"memory"};
      diagnosis.advice = "raise `memory`, or find out what takes it";
      return;
    }
    case Cause::exited: return explain_exit(diagnosis);
    case Cause::health:
      diagnosis.summary = fmt::format("the health check of container {} failed", name);
      diagnosis.settings = {"health"};
      diagnosis.advice = "run the check by hand in the container; if it only needs time, raise `start_period` or `retries`";
      return;
    case Cause::image:
      diagnosis.summary = fmt::format("the image of container {} could not be pulled", name);
      diagnosis.settings = {"image"};
      diagnosis.advice = "look at the image's name and tag, and whether its registry answers and lets this machine in";
      return;
    case Cause::start:
      diagnosis.summary = fmt::format("container {} could not be started", name);
      diagnosis.settings = {"command", "entrypoint", "image"};
      diagnosis.advice = "the runtime's own words above say what it wants otherwise";
      if (diagnosis.detail.find("port is already allocated") != std::string::npos) {
        diagnosis.settings = {"port"};
        diagnosis.advice = "another program has the port: leave the host port out, so that every task gets a free one, or end the other program";
      } else if (diagnosis.detail.find("executable file not found") != std::string::npos) {
        diagnosis.advice = "the image has no such program: look at `command` and `entrypoint`";
      }
      return;
    case Cause::dependency:
      diagnosis.summary = fmt::format("container {} could not start because of one that it depends on", name);
      diagnosis.settings = {"depends_on"};
      diagnosis.advice = "look at the container that it waits for, and at the condition";
      return;
    case Cause::environment:
      diagnosis.summary = name.empty() ? "the task could not be set up" : fmt::format("container {} could not be set up", name);
      diagnosis.advice = "this is about the machine, not about the program: the reason says what is missing";
      return;
    case Cause::vanished:
      diagnosis.summary = fmt::format("container {} was removed by somebody else", name);
      diagnosis.advice = "containers of berth are ended with `berth destroy` or StopTask; see who runs `docker rm` or prunes";
      return;
    case Cause::user: diagnosis.summary = "somebody stopped the task"; return;
    case Cause::scheduler: diagnosis.summary = "the service stopped the task because it was not needed any more"; return;
    case Cause::none:
      diagnosis.summary = fmt::format("the task is {}, and nothing is wrong with it that is known", text_at(record.task, "lastStatus"));
      return;
  }
}

const Json* unhealthy_container(const Json& task) {
  for (const Json& container : list_at(task, "containers")) {
    if (text_at(container, "healthStatus") == "UNHEALTHY") return &container;
  }
  return nullptr;
}

Diagnosis of_task(const TaskRecord& record) {
  const Json& task = record.task;
  const std::string code = text_at(task, "stopCode");
  const std::string reason = text_at(task, "stoppedReason");
  const bool stopping = text_at(task, "desiredStatus") == "STOPPED" || text_at(task, "lastStatus") == "STOPPED";
  Diagnosis found;
  const Json* sick = unhealthy_container(task);
  if (stopping ? code == "ServiceSchedulerInitiated" && reason.find("health") != std::string::npos : sick != nullptr) {
    found.cause = Cause::health;
    if (sick != nullptr) found.container = text_at(*sick, "name"), found.exit_code = exit_code_of(*sick);
    return found;
  }
  if (!stopping) return found;
  if (code == "UserInitiated" || code == "ServiceSchedulerInitiated") {
    found.cause = code == "UserInitiated" ? Cause::user : Cause::scheduler;
    found.detail = reason;
    return found;
  }
  if (const Json* container = culprit(record)) {
    found.container = text_at(*container, "name");
    found.exit_code = exit_code_of(*container);
    if (const auto blame = blame_of(text_at(*container, "reason"))) {
      found.cause = blame->cause;
      found.detail = blame->detail;
      return found;
    }
    found.detail = text_at(*container, "reason");
    if (found.exit_code) {
      found.cause = Cause::exited;
      return found;
    }
  }
  const auto blame = blame_of(reason);
  found.cause = blame ? blame->cause : code == "TaskFailedToStart" ? Cause::environment : Cause::exited;
  found.detail = blame ? blame->detail : reason;
  return found;
}

void add(std::vector<Moment>& moments, double at, std::string text) {
  if (at > 0) moments.push_back({at, std::move(text)});
}

std::string definition_name(const Json& task) { return last_part(text_at(task, "taskDefinitionArn")); }

/// What the times of the task and its containers say: what happens in the same millisecond stands in the order of cause and effect.
void add_begin(std::vector<Moment>& moments, const TaskRecord& record) {
  const Json& task = record.task;
  const std::string by = text_at(task, "startedBy");
  add(moments, time_at(task, "createdAt"), fmt::format("task of {} created{}", definition_name(task), by.empty() ? "" : " by " + by));
  add(moments, time_at(task, "pullStoppedAt"), "images are there");
  for (const Json& told : list_at(record.output, "containers")) {
    add(moments, time_at(told, "startedAt"), fmt::format("container {} started", text_at(told, "name")));
  }
  add(moments, time_at(task, "startedAt"), "task is RUNNING");
}

void add_end(std::vector<Moment>& moments, const TaskRecord& record) {
  const Json& task = record.task;
  std::string stop = text_at(task, "stoppedReason");
  if (const std::string code = text_at(task, "stopCode"); !code.empty()) stop += fmt::format(" ({})", code);
  add(moments, time_at(task, "stoppingAt"), "task is to stop: " + stop);
  add(moments, time_at(task, "stoppedAt"), "task has stopped");
}

void add_failures_and_exits(std::vector<Moment>& moments, const TaskRecord& record) {
  for (const Json& told : list_at(record.output, "containers")) {
    const std::string name = text_at(told, "name");
    const Json& container = named(list_at(record.task, "containers"), name);
    if (const Json& run = object_at(told, "failedCheck"); !run.empty()) {
      moments.push_back({time_at(run, "timestamp"), fmt::format("the health check of container {} failed with {}", name, with_code(number_at(run, "exitCode")))});
    }
    const auto code = exit_code_of(container);
    std::string text = code ? fmt::format("container {} exited with {}", name, with_code(*code)) : fmt::format("container {} ended", name);
    if (const std::string reason = text_at(container, "reason"); !reason.empty()) text += ": " + reason;
    add(moments, time_at(told, "finishedAt"), std::move(text));
  }
}

}  // namespace

std::string name_of(Cause cause) {
  switch (cause) {
    case Cause::none: return "none";
    case Cause::memory: return "memory";
    case Cause::exited: return "exited";
    case Cause::health: return "health";
    case Cause::image: return "image";
    case Cause::start: return "start";
    case Cause::dependency: return "dependency";
    case Cause::environment: return "environment";
    case Cause::vanished: return "vanished";
    case Cause::user: return "user";
    case Cause::scheduler: return "scheduler";
  }
  return "none";
}

Diagnosis diagnose(const TaskRecord& record) {
  Diagnosis diagnosis = of_task(record);
  explain(record, diagnosis);
  return diagnosis;
}

bool is_failure(const Diagnosis& diagnosis) {
  return diagnosis.cause != Cause::none && diagnosis.cause != Cause::user && diagnosis.cause != Cause::scheduler;
}

std::vector<Moment> history(const TaskRecord& record, const Json& service) {
  std::vector<Moment> moments;
  add_begin(moments, record);
  add_failures_and_exits(moments, record);
  add_end(moments, record);
  const std::string id = last_part(text_at(record.task, "taskArn"));
  const std::string deployment = text_at(record.task, "startedBy");
  for (const Json& event : list_at(service, "events")) {
    const std::string message = text_at(event, "message");
    const bool of_task = message.find(id) != std::string::npos;
    const bool of_deployment = !deployment.empty() && message.find(deployment + ")") != std::string::npos;
    if (of_task || of_deployment) moments.push_back({time_at(event, "createdAt"), "event: " + message});
  }
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
  return moments;
}

}  // namespace berth::provider
