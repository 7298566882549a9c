#include "cli/why_report.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/clock.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"
#include "providers/ecs/failure_report.h"

namespace berth::cli {
namespace {

using provider::last_part;
using provider::list_at;
using provider::number_at;
using provider::object_at;
using provider::text_at;
using provider::time_at;

constexpr std::size_t kIdShown = 12;
constexpr std::size_t kEventsShown = 5;

std::string utc(double seconds) { return format_utc(Timestamp(Milliseconds(static_cast<std::int64_t>(seconds * 1000 + 0.5)))); }

double when(const Json& task) {
  for (const char* member : {"stoppedAt", "stoppingAt", "startedAt", "createdAt"}) {
    if (const double at = time_at(task, member); at > 0) return at;
  }
  return 0;
}

std::string tag(const Json& definition, std::string_view key) {
  for (const Json& one : list_at(definition, "tags")) {
    if (text_at(one, "key") == key) return text_at(one, "value");
  }
  return "";
}

/// The origin of a setting or a block of the container.
const ir::Value* setting_of(const ir::Resource& task, const std::string& container, const std::string& setting) {
  const ir::Value* found = ir::at(task.body, {"container", container, setting});
  return found == nullptr || found->origin().is_default || !found->origin().span.valid() ? nullptr : found;
}

/// "| line" for each of the last lines of a text.
std::string quoted(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "    | " + line + "\n";
  return text;
}

std::vector<std::string> last_lines(const Json& output, std::size_t lines) {
  std::vector<std::string> all;
  const Json& told = list_at(output, "lines");
  for (std::size_t i = told.size() - std::min(told.size(), lines); i < told.size(); ++i) all.push_back(text_at(told[i], "text"));
  return all;
}

std::vector<std::string> split_lines(const std::string& text, std::size_t at_most) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (lines.size() > at_most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(at_most));
  return lines;
}

/// What the engine says that this machine refuses to the task's containers, and they do without.
std::vector<std::string> host_limits(const Json& task) {
  constexpr std::string_view kPrefix = "berth.host-limit.";
  std::vector<std::string> told;
  for (const Json& attribute : list_at(task, "attributes")) {
    const std::string name = text_at(attribute, "name");
    if (name.rfind(kPrefix, 0) != 0) continue;
    const std::string container = name.substr(kPrefix.size());
    told.push_back(fmt::format("container {}: {}", container.substr(0, container.find('.')), text_at(attribute, "value")));
  }
  return told;
}

std::string failure_text(const Failure& failure, const Json& service, std::size_t lines) {
  const Json& task = failure.record.task;
  std::string text = fmt::format("task {} ({}): {}\n", last_part(text_at(task, "taskArn")).substr(0, kIdShown), last_part(text_at(task, "taskDefinitionArn")),
                                 failure.diagnosis.summary);
  if (!failure.diagnosis.detail.empty()) text += fmt::format("  reason: {}\n", failure.diagnosis.detail);
  for (const std::string& limit : host_limits(task)) text += fmt::format("  warning: {}\n", limit);
  for (const provider::Moment& moment : provider::history(failure.record, service)) text += fmt::format("  {}  {}\n", utc(moment.at), moment.text);
  for (const Json& container : list_at(failure.record.output, "containers")) {
    const std::string name = text_at(container, "name");
    if (const Json& run = object_at(container, "failedCheck"); !text_at(run, "output").empty()) {
      text += fmt::format("  last failed health check of container {}, exit code {}:\n{}", name, number_at(run, "exitCode"), quoted(split_lines(text_at(run, "output"), lines)));
    }
    if (const auto last = last_lines(container, lines); !last.empty()) text += fmt::format("  last output of container {}:\n{}", name, quoted(last));
  }
  if (failure.record.output.empty()) text += "  this API keeps no output of tasks\n";
  for (const ConfiguredAt& configured : failure.configured) {
    text += fmt::format("  configured at {}  {}{}\n", configured.place, configured.path, configured.changed ? " (changed since it was deployed)" : "");
  }
  if (!failure.diagnosis.advice.empty()) text += fmt::format("  next: {}\n", failure.diagnosis.advice);
  if (!failure.alike.empty()) {
    text += fmt::format("  {} task{} before it failed the same way: {}", failure.alike.size(), failure.alike.size() == 1 ? "" : "s", failure.alike.front().substr(0, kIdShown));
    text += failure.alike.size() > 1 ? " …\n" : "\n";
  }
  return text;
}

/// Events that say more than that the service is well: those that a failure's history does not show already.
std::vector<const Json*> other_events(const Finding& finding) {
  std::vector<const Json*> events;
  for (const Json& event : list_at(finding.service, "events")) {
    const std::string message = text_at(event, "message");
    const bool shown = std::any_of(finding.failures.begin(), finding.failures.end(), [&](const Failure& failure) {
      const auto history = provider::history(failure.record, finding.service);
      return std::any_of(history.begin(), history.end(), [&](const provider::Moment& moment) { return moment.text == "event: " + message; });
    });
    if (!shown && events.size() < kEventsShown) events.push_back(&event);
  }
  std::reverse(events.begin(), events.end());
  return events;
}

std::string rollout_of(const Json& service) {
  for (const Json& deployment : list_at(service, "deployments")) {
    if (text_at(deployment, "status") != "PRIMARY") continue;
    const std::string reason = text_at(deployment, "rolloutStateReason");
    return text_at(deployment, "rolloutState") + (reason.empty() ? "" : ": " + reason);
  }
  return text_at(service, "status");
}

std::string name_of_service(const Finding& finding) { return finding.address.empty() ? text_at(finding.service, "serviceName") : finding.address; }

Json container_json(const Json& container, const Json& told, std::size_t lines) {
  Json json{{"name", text_at(container, "name")}, {"status", text_at(container, "lastStatus")}};
  if (container.contains("exitCode")) {
    const std::int64_t code = number_at(container, "exitCode");
    json["exit_code"] = code;
    if (const std::string meaning = provider::exit_code_meaning(code); !meaning.empty()) json["exit_code_means"] = meaning;
  }
  if (const std::string reason = text_at(container, "reason"); !reason.empty()) json["reason"] = reason;
  if (const double at = time_at(told, "startedAt"); at > 0) json["started_at"] = utc(at);
  if (const double at = time_at(told, "finishedAt"); at > 0) json["finished_at"] = utc(at);
  if (const Json& run = object_at(told, "failedCheck"); !run.empty()) {
    json["failed_check"] = {{"exit_code", number_at(run, "exitCode")}, {"output", text_at(run, "output")}, {"at", utc(time_at(run, "timestamp"))}};
  }
  if (!told.empty()) json["output"] = last_lines(told, lines);
  return json;
}

Json failure_json(const Failure& failure, const Json& service, std::size_t lines) {
  const Json& task = failure.record.task;
  Json history = Json::array();
  for (const provider::Moment& moment : provider::history(failure.record, service)) history.push_back({{"at", utc(moment.at)}, {"text", moment.text}});
  Json containers = Json::array();
  for (const Json& container : list_at(task, "containers")) {
    const Json& all = list_at(failure.record.output, "containers");
    const auto told = std::find_if(all.begin(), all.end(), [&](const Json& one) { return text_at(one, "name") == text_at(container, "name"); });
    containers.push_back(container_json(container, told == all.end() ? Json::object() : *told, lines));
  }
  Json configured = Json::array();
  for (const ConfiguredAt& one : failure.configured) configured.push_back({{"path", one.path}, {"place", one.place}, {"changed_since", one.changed}});
  return {{"task", last_part(text_at(task, "taskArn"))},
          {"task_definition", last_part(text_at(task, "taskDefinitionArn"))},
          {"status", text_at(task, "lastStatus")},
          {"stop_code", text_at(task, "stopCode")},
          {"stopped_reason", text_at(task, "stoppedReason")},
          {"cause", provider::name_of(failure.diagnosis.cause)},
          {"container", failure.diagnosis.container},
          {"summary", failure.diagnosis.summary},
          {"detail", failure.diagnosis.detail},
          {"next", failure.diagnosis.advice},
          {"history", history},
          {"warnings", host_limits(task)},
          {"containers", containers},
          {"configured", configured},
          {"alike", failure.alike}};
}

}  // namespace

std::vector<Failure> find_failures(const std::vector<Json>& tasks, std::size_t at_most) {
  std::vector<const Json*> newest;
  for (const Json& task : tasks) newest.push_back(&task);
  std::stable_sort(newest.begin(), newest.end(), [](const Json* a, const Json* b) { return when(*a) > when(*b); });
  using Kind = std::tuple<provider::Cause, std::string, std::int64_t, std::string>;
  std::map<Kind, std::size_t> kinds;
  std::vector<Failure> failures;
  for (const Json* task : newest) {
    provider::TaskRecord record{.task = *task};
    provider::Diagnosis diagnosis = provider::diagnose(record);
    if (!provider::is_failure(diagnosis)) continue;
    const Kind kind{diagnosis.cause, diagnosis.container, diagnosis.exit_code.value_or(-1), text_at(*task, "taskDefinitionArn")};
    const auto [known, added] = kinds.emplace(kind, failures.size());
    if (!added) {
      failures[known->second].alike.push_back(last_part(text_at(*task, "taskArn")));
    } else {
      failures.push_back({.record = std::move(record), .diagnosis = std::move(diagnosis), .alike = {}, .configured = {}});
    }
  }
  if (failures.size() > at_most) failures.resize(at_most);
  return failures;
}

std::vector<ConfiguredAt> places_of(const ir::Program& program, const provider::TaskRecord& record, const provider::Diagnosis& diagnosis) {
  const Json& definition = record.definition;
  const auto address = ir::Address::parse(tag(definition, provider::kAddressTag));
  if (!address || tag(definition, provider::kStackTag) != program.id() || program.sources == nullptr) return {};
  const auto found = program.resources.find(*address);
  if (found == program.resources.end()) return {};
  const ir::Resource& task = found->second;
  const bool changed = tag(definition, provider::kHashTag) != ir::content_hash(task);
  std::vector<ConfiguredAt> places;
  const auto add = [&](const std::string& path, const Span& span) {
    if (span.valid()) places.push_back({.path = path, .place = program.sources->place(span), .changed = changed});
  };
  const std::string path = address->text() + (diagnosis.container.empty() ? "" : ".container." + diagnosis.container);
  for (const std::string& setting : diagnosis.settings) {
    if (const ir::Value* value = setting_of(task, diagnosis.container, setting)) add(path + "." + setting, value->origin().span);
  }
  if (!places.empty()) return places;
  const ir::Value* container = ir::at(task.body, {"container", diagnosis.container});
  if (container != nullptr && container->origin().span.valid()) {
    add(path, container->origin().span);
  } else {
    add(address->text(), task.origin);
  }
  return places;
}

std::string why_text(const Finding& finding, std::size_t lines) {
  std::string text;
  if (!finding.service.empty()) {
    text += fmt::format("{}  {}/{} running  {}\n", name_of_service(finding), number_at(finding.service, "runningCount"), number_at(finding.service, "desiredCount"),
                        rollout_of(finding.service));
  }
  for (const Failure& failure : finding.failures) text += failure_text(failure, finding.service, lines);
  if (finding.failures.empty()) text += "no task of it has failed, of those that are remembered\n";
  const auto events = other_events(finding);
  if (!events.empty()) text += "events of the service:\n";
  for (const Json* event : events) text += fmt::format("  {}  {}\n", utc(time_at(*event, "createdAt")), text_at(*event, "message"));
  return text;
}

Json why_json(const Finding& finding, std::size_t lines) {
  Json json{{"failures", Json::array()}, {"events", Json::array()}};
  if (!finding.service.empty()) {
    json["service"] = {{"address", finding.address},
                       {"name", text_at(finding.service, "serviceName")},
                       {"cluster", last_part(text_at(finding.service, "clusterArn"))},
                       {"running", number_at(finding.service, "runningCount")},
                       {"desired", number_at(finding.service, "desiredCount")},
                       {"rollout", rollout_of(finding.service)}};
  }
  for (const Failure& failure : finding.failures) json["failures"].push_back(failure_json(failure, finding.service, lines));
  for (const Json* event : other_events(finding)) json["events"].push_back({{"at", utc(time_at(*event, "createdAt"))}, {"message", text_at(*event, "message")}});
  return json;
}

}  // namespace berth::cli
