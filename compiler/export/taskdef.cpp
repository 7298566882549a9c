#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "compiler/export/capacity.h"
#include "compiler/export/losses.h"
#include "compiler/export/requests.h"
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
  static constexpr std::string_view kOrder[] = {"CreateCluster", "CreateCapacityProvider", "PutClusterCapacityProviders", "RegisterTaskDefinition", "CreateService"};
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), operation) - std::begin(kOrder)) + 1;
}

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
                              }};
  for (const Request& request : requests(program, spelling, made.losses)) {
    made.files.push_back({fmt::format("{}-{}.{}.json", place_of(request.operation), command_of(request.operation), request.address.name), pretty_json(request.input)});
  }
  report_other_kinds(program, {}, "the ECS API has nothing of this kind", made.losses);
  for (const ir::Output& output : program.outputs) made.losses.push_back({"output " + output.name, "requests have no outputs", output.value.origin().span});
  finish(made);
  return made;
}

}  // namespace berth::exporting
