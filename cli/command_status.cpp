#include <algorithm>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/text_width.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "providers/ecs/status.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Shows the services of the stack: how many tasks run and how many should, how the last deployment stands, which task definition
revision runs, where published ports answer, and the tasks with their containers.

examples:
  berth status
  berth ps examples/hello
  berth status --format json | jq -r '.services[].urls[]')";

constexpr std::size_t kReadWidth = 8;
constexpr std::size_t kIdShown = 12;

std::string padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string task_line(const provider::TaskStatus& task, double now) {
  std::string line = fmt::format("  task {}  {}", task.id.substr(0, kIdShown), lower(task.status));
  if (!task.health.empty()) line += ", " + lower(task.health);
  line += "  " + task.definition;
  if (task.started_at > 0) line += fmt::format("  up {}", format_duration(Milliseconds(static_cast<std::int64_t>(std::max(0.0, now - task.started_at) * 1000))));
  for (const std::string& url : task.urls) line += "  " + url;
  return line + "\n";
}

std::string service_text(const provider::ServiceStatus& service, int address_width, double now) {
  const std::string rollout = service.rollout.empty() ? lower(service.status) : lower(service.rollout);
  std::string text = fmt::format("{}  {}/{} running  {}  {}\n", padded(service.address.text(), address_width), service.running, service.desired, rollout,
                                 service.definition);
  if (service.rollout != "COMPLETED" && !service.rollout_reason.empty()) text += "  " + service.rollout_reason + "\n";
  if (service.running < service.desired && !service.last_event.empty()) text += "  event: " + service.last_event + "\n";
  for (const provider::TaskStatus& task : service.tasks) text += task_line(task, now);
  return text;
}

ExitCode status(Session& session, View& view, const CommonFlags& flags) {
  Compiled compiled = compile_program(session, view, flags, false);
  if (!compiled.program) return compiled.exit_code;
  auto target = open_target(session, view, flags, &*compiled.program, {.without = WithoutEngine::fail});
  if (!target) return fail(view, target.error());
  const auto snapshot = read_live(*target, *compiled.program);
  if (!snapshot) return fail(view, snapshot.error());
  const std::string stack = compiled.program->id();
  const auto services = provider::read_status(*target->client, *snapshot, stack, false, kReadWidth);
  if (!services) return fail(view, services.error());

  const double now = std::chrono::duration<double>(session.clock->now().time_since_epoch()).count();
  int width = 0;
  for (const provider::ServiceStatus& service : *services) width = std::max(width, display_width(service.address.text()));
  Json json = Json::array();
  std::string text;
  for (const provider::ServiceStatus& service : *services) {
    json.push_back(provider::to_json(service));
    text += service_text(service, width, now);
  }
  if (text.empty()) text = fmt::format("no service of {} runs; `berth apply` starts what the files ask for\n", stack);
  view.result({{"stack", stack}, {"services", json}}, text);
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<CommonFlags>();
  declare_path(arguments, *flags);
  declare_variables(arguments, *flags);
  declare_target(arguments, *flags);
  declare_output(arguments, *flags);
  return [flags](Session& session) { return with_view(session, *flags, [&](View& view) { return status(session, view, *flags); }); };
}

}  // namespace

Command status_command() { return {"status", "ps", "show services, tasks and where they answer", kHelp, declare}; }

}  // namespace berth::cli
