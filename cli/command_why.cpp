#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/why_report.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"
#include "providers/ecs/status.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Says why tasks of a service failed, or why one task did: what happened and when, which container it began with, what its exit code means,
what it wrote last, what its health check said, the events of the service, and which lines of the files it has to do with.
SERVICE is the name in the files, the address (`web`, `service.web`) or CLUSTER/SERVICE; TASK is an id, the beginning of one, or an ARN.
Without either: every service of the stack that has something to say. Stopped tasks are remembered for 7 days.

examples:
  berth why web
  berth why 3f2a91
  berth why shop/web --tail 50
  berth why service.web examples/hello --format json)";

constexpr std::size_t kReadWidth = 8;
constexpr std::size_t kKindsShown = 3;
constexpr std::size_t kLinesShown = 10;
constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kShortestId = 4;

struct Flags {
  CommonFlags common;
  std::string subject;
  std::size_t tail = kLinesShown;
};

bool is_task_id(const std::string& text) {
  if (text.rfind("arn:", 0) == 0) return text.find(":task/") != std::string::npos;
  return text.size() >= kShortestId && text.size() <= 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// "…:service/CLUSTER/SERVICE" and "CLUSTER/SERVICE".
struct ServiceName {
  std::string cluster;
  std::string service;
};
std::optional<ServiceName> parse_service_name(const std::string& text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) return std::nullopt;
  std::string cluster = text.substr(0, slash);
  if (const std::size_t mark = cluster.find(":service/"); mark != std::string::npos) cluster.erase(0, mark + 9);
  if (cluster.find_first_of(":/") != std::string::npos) return std::nullopt;
  return ServiceName{std::move(cluster), text.substr(slash + 1)};
}

/// One question at a time: what is asked, whom, and what the files say.
class Inquiry {
 public:
  Inquiry(provider::EcsClient& client, const ir::Program* program, std::size_t lines) : client_(client), program_(program), lines_(lines) {}

  Result<Finding> service(const std::string& cluster, const std::string& name, const std::string& address) {
    BERTH_TRY(evidence, provider::read_service_evidence(client_, cluster, name, kReadWidth));
    Finding finding{.address = address, .service = std::move(evidence.service), .failures = find_failures(evidence.tasks, kKindsShown)};
    for (Failure& failure : finding.failures) complete(failure);
    return finding;
  }

  Result<Finding> task(const std::string& id) {
    BERTH_TRY(evidence, provider::read_task_evidence(client_, id, kReadWidth));
    Finding finding{.address = "", .service = std::move(evidence.service), .failures = {}};
    Failure failure{.record = {.task = evidence.tasks.front()}, .diagnosis = {}, .alike = {}, .configured = {}};
    complete(failure);
    finding.failures.push_back(std::move(failure));
    return finding;
  }

 private:
  /// Reads what else is known, and looks again.
  void complete(Failure& failure) {
    failure.record = provider::read_task_record(client_, failure.record.task, lines_);
    failure.diagnosis = provider::diagnose(failure.record);
    if (program_ != nullptr) failure.configured = places_of(*program_, failure.record, failure.diagnosis);
  }

  provider::EcsClient& client_;
  const ir::Program* program_;
  const std::size_t lines_;
};

/// The files only tell places when a task or another cluster's service is asked for: they may be missing, or wrong.
std::optional<ir::Program> compile_if_possible(Session& session, const CommonFlags& flags) {
  const auto options = compile_options(session, flags);
  if (!options) return std::nullopt;
  DiagnosticSink ignored;
  return compile(*options, RealFileSystem(), std::make_shared<SourceSet>(), ignored);
}

Result<std::vector<Finding>> ask_by_name(Inquiry& inquiry, const Flags& flags) {
  std::vector<Finding> findings;
  if (is_task_id(flags.subject)) {
    BERTH_TRY(finding, inquiry.task(flags.subject));
    findings.push_back(std::move(finding));
    return findings;
  }
  const ServiceName name = *parse_service_name(flags.subject);
  BERTH_TRY(finding, inquiry.service(name.cluster, name.service, ""));
  findings.push_back(std::move(finding));
  return findings;
}

Result<std::vector<Finding>> ask_by_stack(Inquiry& inquiry, const ir::Program& program, const ir::Snapshot& snapshot, const Flags& flags) {
  std::vector<Finding> findings;
  for (const ir::LiveResource& live : snapshot.resources) {
    const ir::Address& address = live.resource.address;
    if (address.kind != "service" || live.stack != program.id()) continue;
    const std::string name = provider::text_at(live.runtime, "serviceName");
    if (!flags.subject.empty() && flags.subject != address.text() && flags.subject != address.name && flags.subject != name) continue;
    BERTH_TRY(finding, inquiry.service(provider::last_part(provider::text_at(live.runtime, "clusterArn")), name, address.text()));
    if (!flags.subject.empty() || !finding.failures.empty()) findings.push_back(std::move(finding));
  }
  if (findings.empty() && !flags.subject.empty()) {
    return Error{"not-found", fmt::format("no service `{}` of {} runs; a task is named by its id, and a service of another stack by CLUSTER/SERVICE", flags.subject, program.id())};
  }
  return findings;
}

Result<std::vector<Finding>> ask(Session& session, View& view, const Flags& flags, std::optional<ir::Program>& program, bool by_name) {
  BERTH_TRY(target, open_target(session, view, flags.common, program ? &*program : nullptr, {.without = WithoutEngine::fail}));
  Inquiry inquiry(*target.client, program ? &*program : nullptr, flags.tail);
  if (by_name) return ask_by_name(inquiry, flags);
  BERTH_TRY(snapshot, read_live(target, *program));
  return ask_by_stack(inquiry, *program, snapshot, flags);
}

ExitCode why(Session& session, View& view, const Flags& flags) {
  std::optional<ir::Program> program;
  bool by_name = is_task_id(flags.subject) || parse_service_name(flags.subject);
  if (by_name) {
    program = compile_if_possible(session, flags.common);
    // `feed` is a fine name for a service, too.
    by_name = !program || !program->resources.contains({"service", flags.subject});
  } else {
    Compiled compiled = compile_program(session, view, flags.common, false);
    if (!compiled.program) return compiled.exit_code;
    program = std::move(compiled.program);
  }
  const auto findings = ask(session, view, flags, program, by_name);
  if (!findings) return fail(view, findings.error());
  Json json = Json::array();
  std::string text;
  for (const Finding& finding : *findings) {
    json.push_back(why_json(finding, flags.tail));
    text += (text.empty() ? "" : "\n") + why_text(finding, flags.tail);
  }
  if (text.empty()) text = fmt::format("no task of {} has failed, of those that are remembered\n", program->id());
  view.result({{"findings", json}}, text);
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("SERVICE|TASK", flags->subject, "what to explain; all services of the stack when left out");
  declare_path(arguments, flags->common);
  arguments.number("--tail", flags->tail, 0, kMostLines, "N", "how many of the last lines of output to show (default: 10)");
  declare_variables(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return why(session, view, *flags); }); };
}

}  // namespace

Command why_command() { return {"why", "", "say why tasks failed", kHelp, declare}; }

}  // namespace berth::cli
