#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "compiler/export/capacity.h"
#include "compiler/export/losses.h"
#include "compiler/export/requests.h"
#include "compiler/export/schedules.h"
#include "ir/externs.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

/// "RegisterTaskDefinition" -> "register-task-definition", as the AWS CLI calls it.
std::string command_of(std::string_view operation) {
  std::string text;
  for (const char c : operation) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !text.empty()) text += '-';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

/// Where in the order of calls it stands.
int place_of(std::string_view operation) {
  static constexpr std::string_view kOrder[] = {"CreateCluster", "CreateCapacityProvider", "PutClusterCapacityProviders", "RegisterTaskDefinition", "CreateService",
                                                 "CreateSchedule", "PutMetricAlarm"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), operation) - std::begin(kOrder)) + 1;
}

std::string last_part(const std::string& text) { return text.substr(text.rfind('/') + 1); }

/// The names by which requests know things.
class Names {
 public:
  Names(const ir::Program& program, std::vector<Loss>& losses) : program_(program), losses_(losses) {}

  std::string operator()(const ir::Address& target) {
    const auto resource = program_.resources.find(target);
    if (resource != program_.resources.end()) return aws_name(resource->second);
    const auto external = program_.externs.find(target);
    if (external != program_.externs.end()) {
      // For a group the API takes its name as well.
      const bool by_name = target.kind == "asg" && ir::at(external->second.body, {"arn"}) == nullptr;
      if (by_name) return extern_name(external->second);
      if (told_.insert(target).second) report_guesses(external->second, program_, losses_);
      return ir::api_text(external->second, program_);
    }
    return capacity_name(target, program_).value_or(target.name);
  }

  /// Of a cluster or a task definition; without a revision it is the newest one.
  std::string arn(const ir::Address& target) {
    const auto resource = program_.resources.find(target);
    if (resource == program_.resources.end()) return (*this)(target);
    const bool is_whole = !program_.account.empty() && !program_.region.empty();
    const std::string made = fmt::format("arn:aws:ecs:{}:{}:{}/{}", program_.region.empty() ? "us-east-1" : program_.region, program_.account.empty() ? "000000000000" : program_.account,
                                         target.kind == "task" ? "task-definition" : target.kind, aws_name(resource->second));
    if (!is_whole && told_.insert(target).second) losses_.push_back({target.text(), "its ARN has an account or a region that nobody names, and is made up: " + made, resource->second.origin});
    return made;
  }

 private:
  const ir::Program& program_;
  std::vector<Loss>& losses_;
  std::set<ir::Address> told_;
};

}  // namespace

Export to_taskdef(const ir::Program& program, const Options& options) {
  Export made;
  Names names(program, made.losses);
  const Spelling spelling{.reference = [&](const ir::Address& target) { return names(target); },
                          .sensitive =
                              [&](const ir::Address& owner, const std::string& setting, const ir::Value& value) {
                                if (options.reveal) return std::string(value.as_sensitive()->text->reveal());
                                made.losses.push_back({fmt::format("{} {}", owner.text(), setting), "it is sensitive; `--reveal` writes it in the clear", value.origin().span});
                                return std::string("(sensitive)");
                              },
                          .arn = [&](const ir::Address& target) { return names.arn(target); },
                          .name = [&](const ir::Address& target) { return last_part(names(target)); },
                          .input =
                              [&](const std::string& key, const std::string& meaning) {
                                made.losses.push_back({key, "it is not known here, and has to be put in: " + meaning, {}});
                                return fmt::format("({})", key);
                              }};
  std::vector<Request> all = requests(program, spelling, made.losses);
  for (Request& request : schedule_requests(program, spelling, made.losses)) all.push_back(std::move(request));
  for (Request& request : alarm_requests(program, spelling, made.losses)) all.push_back(std::move(request));
  for (const Request& request : all) {
    made.files.push_back({fmt::format("{}-{}.{}.json", place_of(request.operation), command_of(request.operation), request.address.name), pretty_json(request.input)});
  }
  for (const ir::Output& output : program.outputs) made.losses.push_back({"output " + output.name, "requests have no outputs", output.value.origin().span});
  finish(made);
  return made;
}

}  // namespace berth::exporting
