#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "compiler/export/export.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Writes what the files ask for as documents of other tools: a way out, and a way to look at the very requests.

  --to taskdef         inputs of `aws ecs register-task-definition --cli-input-json`, `create-service` and so on, one file a call, numbered in
                       the order in which they are made
  --to cloudformation  a template; what only the account knows (the ARN of a target group, subnets by tag) is a parameter of it
  --to terraform       a configuration for the AWS provider; what is known by name or tag is looked up
  --to compose         a compose file for docker compose, with a service for each container

Without --out a single document goes to stdout as it is; several go there as one JSON object, by file name. --only ADDRESS takes the documents of
one resource. What the target cannot say is listed on stderr, a line each. Sensitive values become parameters or variables, or are left out, unless --reveal is given.

examples:
  berth export --to taskdef --out requests examples/hello
  berth export --to taskdef --only task.web . | aws ecs register-task-definition --cli-input-json file:///dev/stdin)";

struct Flags {
  CommonFlags common;
  std::string to;
  std::string out;
  std::string only;
  bool reveal = false;
};

using Target = std::function<exporting::Export(const ir::Program&, const exporting::Options&)>;

const std::map<std::string, Target>& targets() {
  static const std::map<std::string, Target> all{{"taskdef", exporting::to_taskdef},
                                                {"cloudformation", exporting::to_cloudformation},
                                                {"compose", exporting::to_compose},
                                                {"terraform", exporting::to_terraform}};
  return all;
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const auto& [name, target] : targets()) names.push_back(name);
  return names;
}

/// What concerns one resource: its requests, and what they cannot say.
Result<exporting::Export> only(const std::string& address, exporting::Export made) {
  const auto parsed = ir::Address::parse(address);
  const std::string middle = parsed ? fmt::format(".{}.json", parsed->name) : "";
  static const std::map<std::string, std::string> kCalls{{"cluster", "create-cluster"}, {"task", "register-task-definition"}, {"service", "create-service"}, {"capacity", "create-capacity-provider"}};
  const auto call = parsed ? kCalls.find(parsed->kind) : kCalls.end();
  exporting::Export kept;
  for (exporting::File& file : made.files) {
    if (call != kCalls.end() && file.name.ends_with(call->second + middle)) kept.files.push_back(std::move(file));
  }
  if (kept.files.empty()) return Error{"usage", fmt::format("--only {}: the export has no such resource", address)};
  for (exporting::Loss& loss : made.losses) {
    if (loss.subject == address || loss.subject.starts_with(address + " ")) kept.losses.push_back(std::move(loss));
  }
  return kept;
}

std::string stdout_text(const exporting::Export& made) {
  if (made.files.size() == 1) return made.files.front().text;
  Json all = Json::object();
  for (const exporting::File& file : made.files) all[file.name] = Json::parse(file.text, nullptr, false);
  return pretty_json(all);
}

Result<std::string> write_files(const exporting::Export& made, const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Error{"write", fmt::format("cannot make {}: {}", directory, error.message())};
  std::string names;
  for (const exporting::File& file : made.files) {
    const std::string path = (std::filesystem::path(directory) / file.name).string();
    BERTH_TRY_VOID(write_file_atomically(path, file.text));
    names += path + "\n";
  }
  return names;
}

Json json_of(const exporting::Export& made, const SourceSet* sources) {
  Json files = Json::object();
  for (const exporting::File& file : made.files) files[file.name] = file.text;
  Json losses = Json::array();
  for (const exporting::Loss& loss : made.losses) {
    losses.push_back({{"subject", loss.subject}, {"reason", loss.reason}, {"place", sources == nullptr ? "" : sources->place(loss.span)}});
  }
  return {{"files", std::move(files)}, {"inputs", made.inputs}, {"losses", std::move(losses)}};
}

void show_remarks(View& view, const exporting::Export& made, const SourceSet* sources) {
  for (const auto& [name, meaning] : made.inputs) view.note(fmt::format("to be given: {} ({})", name, meaning));
  for (const exporting::Loss& loss : made.losses) {
    std::string line = exporting::report({loss}, sources);
    line.pop_back();
    view.warning("not kept: " + line);
  }
}

ExitCode run_export(Session& session, View& view, const Flags& flags) {
  const auto target = targets().find(flags.to);
  if (target == targets().end()) return fail(view, {"usage", fmt::format("--to says what to write: {}", fmt::join(target_names(), ", "))});
  const Compiled compiled = compile_program(session, view, flags.common, false);
  if (!compiled.program) return compiled.exit_code;
  exporting::Export made = target->second(*compiled.program, {.reveal = flags.reveal});
  if (!flags.only.empty()) {
    auto kept = only(flags.only, std::move(made));
    if (!kept) return fail(view, kept.error());
    made = std::move(*kept);
  }
  const SourceSet* sources = compiled.program->sources.get();
  std::string text;
  if (flags.out.empty()) {
    text = stdout_text(made);
  } else {
    auto written = write_files(made, flags.out);
    if (!written) return fail(view, written.error());
    text = std::move(*written);
  }
  view.result(json_of(made, sources), text);
  if (!view.is_json()) show_remarks(view, made, sources);
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.choice("--to", flags->to, target_names(), "what to write");
  arguments.option("--out", flags->out, "DIR", "write the files there");
  arguments.option("--only", flags->only, "ADDRESS", "taskdef: the documents of this resource alone");
  arguments.flag("--reveal", flags->reveal, "write sensitive values in the clear");
  declare_variables(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) {
    return with_view(session, flags->common, [&](View& view) { return run_export(session, view, *flags); });
  };
}

}  // namespace

Command export_command() { return {"export", "", "write what the files ask for as documents of other tools", kHelp, declare}; }

}  // namespace berth::cli
