// Networks of services and jobs, and whether their tasks can run where they are to.
#include <array>

#include <fmt/format.h>

#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::size_t kMostSubnets = 16;
constexpr std::size_t kMostGroups = 5;

const ir::Resource* external(const ir::Program& program, const ir::Value* value) {
  if (value == nullptr || value->as_reference() == nullptr) return nullptr;
  const auto found = program.externs.find(value->as_reference()->target);
  return found == program.externs.end() ? nullptr : &found->second;
}

/// The compatibility that the service or job asks of its task, and the place that says so.
struct Wanted {
  std::string_view type;
  Span place;
};

Wanted wanted_type(const ir::Program& program, const ir::Resource& service) {
  if (const auto fargate = puts_on_fargate(program, service)) return {"fargate", *fargate};
  const ir::Value* launch = ir::at(service.body, {"launch"});
  if (launch != nullptr && launch->as_string() != nullptr && *launch->as_string() == "external") return {"external", place_of(launch, service.origin)};
  for (const ir::Value& share : items_of(service.body, {"capacity"})) {
    const ir::Value* provider = ir::at(share, {"provider"});
    if (provider == nullptr || provider->as_reference() == nullptr) continue;
    const std::string& name = provider->as_reference()->target.name;
    const std::size_t dot = name.find('.');
    const auto cluster = dot == std::string::npos ? program.resources.end() : program.resources.find({"cluster", name.substr(0, dot)});
    if (cluster != program.resources.end() && ir::at(cluster->second.body, {"capacity", "managed", name.substr(dot + 1)}) != nullptr) return {"managed_instances", place_of(provider, service.origin)};
  }
  return {"ec2", service.origin};
}

class WhereRules {
 public:
  WhereRules(const ir::Program& program, const ir::Resource& service, const ir::Resource& task, sema::Reporter& reporter)
      : program_(program), service_(service), task_(task), reporter_(reporter), wanted_(wanted_type(program, service)), mode_(text_of(task.body, {"network_mode"})) {}

  void check() {
    network();
    compatible();
    validate_capacity_kind(task_, wanted_.type, wanted_.place, place_of(ir::at(service_.body, {"network"}), task_.origin), reporter_);
    if (wanted_.type == "external") external_instances();
    const ir::Value* platform = ir::at(service_.body, {"platform"});
    if (wanted_.type != "fargate" && platform != nullptr) refuse(place_of(platform, service_.origin), "only Fargate has versions of its platform", "remove it, or `launch = \"fargate\"`");
    if (is_on(service_.body, {"exec"}) && ir::at(task_.body, {"role"}) == nullptr) {
      reporter_.report_each("E0337", place_of(ir::at(service_.body, {"exec"}), service_.origin), "running commands needs a role of the task", "ECS Exec")
          .label(task_.origin, "it has no `role`")
          .note("the session is opened with the rights of the task's role")
          .help("`role = NAME` in the task, with `extern role NAME { … }`");
    }
  }

 private:
  void network() {
    const ir::Value* network = ir::at(service_.body, {"network"});
    const ir::Value* mode = ir::at(task_.body, {"network_mode"});
    if (mode_ == nullptr) return;
    if (network == nullptr && *mode_ == "awsvpc") {
      Diagnostic& diagnostic = reporter_.report_each("E0330", service_.origin, fmt::format("`{}` has no network, and each of its tasks needs an address in one", service_.address.name), "`network` is missing");
      const Span why = place_of(mode, wanted_.place);
      if (why != service_.origin && why.valid()) diagnostic.label(why, "tasks have an address of their own");
      diagnostic.note("tasks on Fargate, and tasks with `network_mode = \"awsvpc\"`, are placed into subnets").help("`network = NAME`, with `extern network NAME { subnets = [\"subnet-…\"] }`");
    }
    if (network == nullptr) return;
    const Span place = place_of(network, service_.origin);
    if (*mode_ != "awsvpc") {
      reporter_.report_each("E0330", place, fmt::format("tasks of `{}` have no address of their own for this network", service_.address.name), "not used by them")
          .label(place_of(mode, task_.origin), "the network mode of the task")
          .help("remove `network`, or the network mode of the task");
    }
    const ir::Resource* extern_network = external(program_, network);
    if (extern_network == nullptr || wanted_.type == "fargate" || !is_on(extern_network->body, {"public_ip"})) return;
    reporter_.report_each("E0330", place, "only tasks on Fargate get a public address", "a network with public addresses")
        .label(place_of(ir::at(extern_network->body, {"public_ip"}), extern_network->origin), "asked for here")
        .help("`public_ip = false`, or `launch = \"fargate\"`");
  }

  /// What the task says that it can run on, against where the service puts it.
  void compatible() {
    const ir::List& types = items_of(task_.body, {"compatible"});
    if (types.empty()) return;
    std::string has;
    for (const ir::Value& type : types) {
      if (type.as_string() == nullptr || *type.as_string() == wanted_.type) return;
      has += (has.empty() ? "`" : ", `") + *type.as_string() + "`";
    }
    reporter_.report_each("E0348", wanted_.place, fmt::format("the task of `{}` is made for {}, not for `{}`", service_.address.name, has, wanted_.type), fmt::format("runs on `{}`", wanted_.type))
        .label(place_of(ir::at(task_.body, {"compatible"}), task_.origin), "what it must be able to run on")
        .help(fmt::format("add `\"{}\"` to `compatible`, or let it run on {}", wanted_.type, has));
  }

  void refuse(Span place, std::string message, std::string help) {
    Diagnostic& diagnostic = reporter_.report_each("E0348", place, std::move(message), "not possible there");
    if (wanted_.place != place && wanted_.place != service_.origin) diagnostic.label(wanted_.place, fmt::format("tasks run on `{}`", wanted_.type));
    diagnostic.help(std::move(help));
  }

  void external_instances() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMissing = {
        {{"expose", "load balancers"}, {"registries", "Cloud Map"}, {"connect", "Service Connect"}, {"capacity", "capacity providers"}, {"volume", "volumes of EBS"}}};
    for (const auto& [setting, words] : kMissing) {
      const ir::Value* value = ir::at(service_.body, {setting});
      if (value == nullptr) continue;
      const ir::Map* entries = value->as_map();
      const ir::Value* written = setting != "connect" && entries != nullptr && !entries->empty() ? &entries->begin()->second : value;
      refuse(place_of(written, service_.origin), fmt::format("machines of your own have no {}", words), fmt::format("remove `{}`, or the launch type `external`", setting));
    }
  }

  const ir::Program& program_;
  const ir::Resource& service_;
  const ir::Resource& task_;
  sema::Reporter& reporter_;
  Wanted wanted_;
  const std::string* mode_;
};

}  // namespace

void validate_where(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  if (const ir::Resource* task = referred(program, service.body, "task")) WhereRules(program, service, *task, reporter).check();
  validate_platform(program, service, reporter);
}

void validate_networks(const ir::Program& program, sema::Reporter& reporter) {
  for (const auto& [address, network] : program.externs) {
    if (address.kind != "network") continue;
    const ir::Value* subnets = ir::at(network.body, {"subnets"});
    const ir::Value* groups = ir::at(network.body, {"security_groups"});
    if (subnets != nullptr && subnets->as_list() != nullptr && (subnets->as_list()->empty() || subnets->as_list()->size() > kMostSubnets)) {
      reporter.report_each("E0330", place_of(subnets, network.origin), fmt::format("a network has 1 to {} subnets, not {}", kMostSubnets, subnets->as_list()->size()), subnets->as_list()->empty() ? "none" : "too many")
          .help(subnets->as_list()->empty() ? "name one, as in [\"subnet-1\"]" : "leave some out");
    }
    if (groups != nullptr && groups->as_list() != nullptr && groups->as_list()->size() > kMostGroups) {
      reporter.report_each("E0330", place_of(groups, network.origin), fmt::format("a network has at most {} security groups, not {}", kMostGroups, groups->as_list()->size()), "too many").help("leave some out");
    }
  }
}

}  // namespace berth::lower
