#include <algorithm>
#include <map>
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/duration.h"
#include "cli/planning.h"
#include "providers/ecs/logs.h"
#include "providers/ecs/status.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Shows what the containers of a service or a task wrote, the oldest line first; of every service of the stack when none is named.
SERVICE is the name in the files or the address (`web`, `service.web`), TASK the beginning of a task's id. Each line carries the
task and the container it is of. Of tasks that have stopped the engine keeps the last lines.

examples:
  berth logs web
  berth logs web --tail 20 -f
  berth logs 3f2a91 --since 10m
  berth logs web examples/hello --format json)";

constexpr std::size_t kReadWidth = 8;
constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kIdShown = 8;
constexpr Milliseconds kFollowPause{500};

struct Flags {
  CommonFlags common;
  std::string subject;
  bool follow = false;
  std::string since;
  std::size_t tail = kMostLines;
};

struct Line {
  provider::LogLine line;
  std::string task;
  std::string container;
};

struct TaskRef {
  std::string cluster;
  std::string id;
};

bool names_service(const std::string& subject, const provider::ServiceStatus& service) {
  return subject.empty() || subject == service.address.text() || subject == service.address.name || subject == service.name;
}

/// The tasks that are meant: of a service those that run, or those that have stopped when none runs; else those whose id begins like that.
Result<std::vector<TaskRef>> find_tasks(const std::vector<provider::ServiceStatus>& services, const std::string& subject) {
  std::vector<TaskRef> tasks;
  bool known = false;
  for (const provider::ServiceStatus& service : services) {
    if (!names_service(subject, service)) continue;
    known = true;
    const bool runs = std::any_of(service.tasks.begin(), service.tasks.end(), [](const provider::TaskStatus& task) { return task.status != "STOPPED"; });
    for (const provider::TaskStatus& task : service.tasks) {
      if (!runs || task.status != "STOPPED") tasks.push_back({task.cluster, task.id});
    }
  }
  if (known) return tasks;
  for (const provider::ServiceStatus& service : services) {
    for (const provider::TaskStatus& task : service.tasks) {
      if (task.id.rfind(subject, 0) == 0) tasks.push_back({task.cluster, task.id});
    }
  }
  if (tasks.empty()) return Error{"not-found", fmt::format("`{}` is neither a service nor the beginning of a task's id in this stack", subject)};
  return tasks;
}

/// Reads and prints; remembers what was printed, so that following prints each line once.
class LogReader {
 public:
  LogReader(Session& session, View& view, provider::EcsClient& client, const Flags& flags) : session_(session), view_(view), client_(client), flags_(flags) {}

  Result<void> print_new(const std::vector<TaskRef>& tasks, std::int64_t since) {
    std::vector<Line> lines;
    for (const TaskRef& task : tasks) {
      const auto logs = provider::read_task_logs(client_, task.cluster, task.id, "", kMostLines);
      if (!logs) return logs.error();
      for (const provider::ContainerLog& log : *logs) take_new(task, log, since, lines);
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.line.time < b.line.time; });
    if (first_ && lines.size() > flags_.tail) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(flags_.tail));
    first_ = false;
    show(lines);
    return {};
  }

 private:
  /// How much of one container's output was seen: everything before a time, and so many lines of that time.
  struct Seen {
    std::int64_t time = -1;
    std::size_t count = 0;
  };

  void take_new(const TaskRef& task, const provider::ContainerLog& log, std::int64_t since, std::vector<Line>& lines) {
    Seen& seen = seen_[task.id + "/" + log.container];
    const Seen before = seen;
    std::size_t at_time = 0;
    for (const provider::LogLine& line : log.lines) {
      if (line.time < before.time) continue;
      if (line.time == before.time && ++at_time <= before.count) continue;
      if (line.time != seen.time) seen = {line.time, 0};
      ++seen.count;
      if (line.time >= since) lines.push_back({line, task.id, log.container});
    }
  }

  void show(const std::vector<Line>& lines) {
    Json json = Json::array();
    std::string text;
    for (const Line& line : lines) {
      const std::string time = format_utc(Timestamp(Milliseconds(line.line.time)));
      json.push_back({{"time", time}, {"task", line.task}, {"container", line.container}, {"stream", line.line.stream}, {"text", line.line.text}});
      text += fmt::format("{} {}/{} {}\n", time, line.task.substr(0, kIdShown), line.container, line.line.text);
    }
    if (flags_.follow && view_.is_json()) {
      // An endless document helps nobody: one object a line.
      for (const Json& item : json) *session_.out << canonical_json(item) << "\n";
      session_.out->flush();
    } else {
      view_.result({{"lines", json}}, text);
    }
  }

  Session& session_;
  View& view_;
  provider::EcsClient& client_;
  const Flags& flags_;
  std::map<std::string, Seen> seen_;
  bool first_ = true;
};

ExitCode logs(Session& session, View& view, const Flags& flags) {
  std::int64_t since = 0;
  if (!flags.since.empty()) {
    const auto duration = parse_duration(flags.since);
    if (!duration) return fail(view, duration.error().while_doing("--since"));
    since = (session.clock->now() - *duration).time_since_epoch().count();
  }
  Compiled compiled = compile_program(session, view, flags.common, false);
  if (!compiled.program) return compiled.exit_code;
  auto target = open_target(session, view, flags.common, &*compiled.program, {.without = WithoutEngine::fail});
  if (!target) return fail(view, target.error());
  if (!target->client->is_local_engine()) {
    return fail(view, {"unsupported", "Amazon ECS keeps no output of containers: it is where their log driver sends it; of `awslogs` it is read by `aws logs tail GROUP`"});
  }
  LogReader reader(session, view, *target->client, flags);
  do {
    // Tasks come and go while following.
    const auto snapshot = read_live(*target, *compiled.program);
    if (!snapshot) return fail(view, snapshot.error());
    const auto services = provider::read_status(*target->client, *snapshot, compiled.program->id(), true, kReadWidth);
    if (!services) return fail(view, services.error());
    const auto tasks = find_tasks(*services, flags.subject);
    if (!tasks) return fail(view, tasks.error());
    if (const auto printed = reader.print_new(*tasks, since); !printed) return fail(view, printed.error());
  } while (flags.follow && session.clock->wait(kFollowPause));
  return session.stop->load() ? ExitCode::interrupted : ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("SERVICE|TASK", flags->subject, "whose output; all services of the stack when left out");
  declare_path(arguments, flags->common);
  arguments.flag("-f,--follow", flags->follow, "go on with new lines until Ctrl-C");
  arguments.option("--since", flags->since, "TIME", "only lines of the last 10m, 1h30m …");
  arguments.number("--tail", flags->tail, 0, kMostLines, "N", "only the last N lines");
  declare_variables(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return logs(session, view, *flags); }); };
}

}  // namespace

Command logs_command() { return {"logs", "", "show what containers wrote", kHelp, declare}; }

}  // namespace berth::cli
