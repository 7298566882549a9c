// What Fargate has and has not: sizes, times, settings.
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"
#include "ir/capacity.h"

namespace berth::lower {
namespace {

using ir::Quantity;
using ir::Unit;
using ir::Value;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kShortestTimeout = 2'000;
constexpr std::int64_t kLongestTimeout = 120'000;

/// The memory that goes with an amount of CPU: `low` to `high` in steps.
struct Size {
  std::int64_t cpu;
  std::int64_t low;
  std::int64_t high;
  std::int64_t step;
};

constexpr std::array<Size, 7> kSizes = {{{256, 512, 2048, 0},  // 512, 1024, 2048
                                         {512, 1024, 4096, 1024},
                                         {1024, 2048, 8192, 1024},
                                         {2048, 4096, 16384, 1024},
                                         {4096, 8192, 30720, 1024},
                                         {8192, 16384, 61440, 4096},
                                         {16384, 32768, 122880, 8192}}};

std::vector<std::int64_t> memories(const Size& size) {
  if (size.step == 0) return {512, 1024, 2048};
  std::vector<std::int64_t> all;
  for (std::int64_t memory = size.low; memory <= size.high; memory += size.step) all.push_back(memory);
  return all;
}

bool goes_with(const Size& size, std::int64_t mebibytes) {
  const auto all = memories(size);
  return std::find(all.begin(), all.end(), mebibytes) != all.end();
}

std::string spell_memory(std::int64_t mebibytes) { return ir::spell(Quantity{mebibytes * kMiB, Unit::bytes}); }
std::string spell_cpu(std::int64_t units) { return ir::spell(Quantity{units, Unit::cpu}); }

/// A setting of a container that Fargate does not have, and what there is in its place.
struct Missing {
  std::vector<std::string_view> path;
  std::string_view what;
  std::string_view help;
};

constexpr std::string_view kNoHosts = "remove it: containers of a task reach each other at `localhost`, and names come from the VPC's DNS";
constexpr std::string_view kRemove = "remove it, or run the task on instances: `launch = \"ec2\"`";

const std::vector<Missing>& missing_in_containers() {
  static const std::vector<Missing> rows = {
      {{"privileged"}, "`privileged`", "remove it; of the capabilities `SYS_PTRACE` can be added"},
      {{"links"}, "`links`", "remove it: containers of a task reach each other at `localhost`"},
      {{"no_network"}, "`no_network`", kRemove},
      {{"dns"}, "`dns`", "remove it: the VPC's DNS answers"},
      {{"dns_search"}, "`dns_search`", "remove it: the VPC's DNS answers"},
      {{"hosts"}, "`hosts`", kNoHosts},
      {{"hostname"}, "`hostname`", kNoHosts},
      {{"security_options"}, "`security_options`", kRemove},
      {{"gpu"}, "GPUs", kRemove},
      {{"linux", "device"}, "devices", kRemove},
      {{"linux", "shared_memory"}, "`shared_memory`", kRemove},
      {{"linux", "max_swap"}, "`max_swap`", "remove it, and raise `memory` where it was needed"},
      {{"linux", "swappiness"}, "`swappiness`", "remove it, and raise `memory` where it was needed"},
      {{"firelens", "config_object"}, "configuration of FireLens in S3", "put the file into the image: `config_file = \"/fluent.conf\"`"},
  };
  return rows;
}

class FargateRules {
 public:
  FargateRules(const ir::Resource& task, Span why, sema::Reporter& reporter) : task_(task), why_(why), reporter_(reporter) {}

  void check() {
    size();
    task_settings();
    const Value* containers = ir::at(task_.body, {"container"});
    if (containers == nullptr || containers->as_map() == nullptr) return;
    for (const auto& [name, container] : *containers->as_map()) {
      timeouts(container);
      for (const Missing& row : missing_in_containers()) {
        if (const Value* value = row.path.size() == 1 ? ir::at(container, {row.path[0]}) : ir::at(container, {row.path[0], row.path[1]})) refuse(place_of(value, task_.origin), row.what, row.help);
      }
      capabilities(container);
      logs(container);
      limits(container);
    }
  }

 private:
  /// Where Fargate itself takes the output, and with which role.
  void logs(const Value& container) {
    const std::string* driver = text_of(container, {"logs", "driver"});
    if (driver == nullptr) return;
    const Span place = place_of(ir::at(container, {"logs"}), task_.origin);
    if (*driver != "awslogs" && *driver != "splunk" && *driver != "awsfirelens") refuse(place, fmt::format("log driver `{}`, only `awslogs`, `splunk` and `awsfirelens`", *driver), "as in `logs = awslogs(\"/my/group\")`");
    if (*driver == "awslogs" && ir::at(container, {"logs", "options", "awslogs-stream-prefix"}) == nullptr) {
      reporter_.report_each("E0332", place, "`awslogs` on Fargate needs the option `awslogs-stream-prefix`", "it is missing").help("add `\"awslogs-stream-prefix\" = \"ecs\"` to its options, or write it as `awslogs(\"/my/group\")`, which has one");
    }
    if (*driver == "awslogs" && ir::at(container, {"logs", "options", "awslogs-region"}) == nullptr) {
      reporter_.report_each("E0332", place, "`awslogs` on Fargate needs a region", "it is missing").help("`region = \"eu-central-1\"` in `stack { }`, or in `awslogs(…)`");
    }
    if (*driver == "awslogs") execution_role(place, "logs of `awslogs` on Fargate need an execution role");
  }

  void execution_role(Span place, std::string message) {
    if (ir::at(task_.body, {"execution_role"}) != nullptr) return;
    Diagnostic& diagnostic = reporter_.report_each("E0337", place, std::move(message), "done by ECS itself");
    on_fargate(diagnostic);
    diagnostic.note("on Fargate ECS does it with the `execution_role` of the task; it refuses a task without")
        .help("`execution_role = NAME` in the task, with `extern role NAME { … }`");
  }

  /// Images of a private registry of ECR are pulled with the execution role, and of the limits of processes one may be changed.
  void limits(const Value& container) {
    const std::string* image = text_of(container, {"image"});
    if (image != nullptr && image->find(".dkr.ecr.") < image->find('/')) execution_role(place_of(ir::at(container, {"image"}), task_.origin), "an image of ECR on Fargate needs an execution role");
    for (const auto& [name, limit] : entries_of(container, {"ulimit"})) {
      if (name != "nofile") refuse(place_of(&limit, task_.origin), fmt::format("limit `{}` to set, only `nofile`", name), kRemove);
    }
    for (const auto& [path, tmpfs] : entries_of(container, {"linux", "tmpfs"})) {
      reporter_.report_each("W0510", place_of(&tmpfs, task_.origin), fmt::format("Fargate may not mount the folder in memory `{}`", path), "not with every version of the platform").help("use a volume of the task: `volume NAME { }` and `mount NAME`");
    }
  }

  void refuse(Span span, std::string_view what, std::string_view help) {
    Diagnostic& diagnostic = reporter_.report("E0329", span, fmt::format("Fargate has no {}", what), "not possible there");
    on_fargate(diagnostic);
    diagnostic.help(std::string(help));
  }

  void on_fargate(Diagnostic& diagnostic) const {
    if (why_.valid() && why_ != task_.origin) diagnostic.label(why_, "this puts the task on Fargate");
  }

  void size() {
    const Value* cpu = ir::at(task_.body, {"cpu"});
    const Value* memory = ir::at(task_.body, {"memory"});
    if (cpu == nullptr || memory == nullptr) {
      Diagnostic& diagnostic = reporter_.report("E0301", task_.origin, fmt::format("a task on Fargate needs {}", cpu == nullptr ? memory == nullptr ? "`cpu` and `memory`" : "`cpu`" : "`memory`"),
                                                "the size of the task is missing");
      on_fargate(diagnostic);
      diagnostic.help("the smallest is `cpu = 0.25 vCPU` with `memory = 512 MiB`");
      return;
    }
    const std::int64_t units = cpu->as_quantity()->amount;
    const std::int64_t mebibytes = memory->as_quantity()->amount / kMiB;
    const std::string* os = text_of(task_.body, {"os"});
    if (os != nullptr && *os != "linux" && (units < 1024 || units > 4096)) {
      Diagnostic& diagnostic = reporter_.report("E0301", place_of(cpu, task_.origin), fmt::format("Windows on Fargate has no size with {}", ir::spell(*cpu)), "this CPU");
      diagnostic.label(place_of(ir::at(task_.body, {"os"}), task_.origin), "the task runs on Windows").help("`1 vCPU`, `2 vCPU` or `4 vCPU`");
      return;
    }
    const auto row = std::find_if(kSizes.begin(), kSizes.end(), [&](const Size& size) { return size.cpu == units; });
    if (row != kSizes.end() && goes_with(*row, mebibytes)) return;
    Diagnostic& diagnostic = reporter_.report("E0301", place_of(memory, task_.origin), fmt::format("Fargate has no size with {} and {}", ir::spell(*cpu), ir::spell(*memory)), "this memory");
    if (place_of(cpu, task_.origin) != place_of(memory, task_.origin)) diagnostic.label(place_of(cpu, task_.origin), "with this CPU");
    on_fargate(diagnostic);
    if (row == kSizes.end()) {
      diagnostic.note("CPU on Fargate: 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU");
    } else {
      diagnostic.note(fmt::format("with {}: {}", spell_cpu(units), row->step == 0 ? "512 MiB, 1 GiB or 2 GiB" : fmt::format("{} to {} in steps of {}", spell_memory(row->low), spell_memory(row->high), spell_memory(row->step))));
    }
    suggest(diagnostic, units, mebibytes, *cpu, *memory);
  }

  /// The smallest sizes that have at least what is asked for: by other CPU, and by more memory. Each with its fix where one word is to be changed.
  void suggest(Diagnostic& diagnostic, std::int64_t units, std::int64_t mebibytes, const Value& cpu, const Value& memory) const {
    for (const Size& size : kSizes) {
      if (size.cpu < units && !goes_with(size, mebibytes)) continue;
      const auto all = memories(size);
      const auto enough = std::find_if(all.begin(), all.end(), [&](std::int64_t candidate) { return candidate >= mebibytes; });
      if (enough == all.end()) continue;
      const std::string help = fmt::format("valid: `{}` with `{}`", spell_cpu(size.cpu), spell_memory(*enough));
      const bool other_cpu = *enough == mebibytes && cpu.origin().via == nullptr;
      const bool other_memory = size.cpu == units && memory.origin().via == nullptr;
      // What has a fix goes first, beside which the fix is shown.
      diagnostic.helps.insert(other_cpu || other_memory ? diagnostic.helps.begin() + static_cast<std::ptrdiff_t>(diagnostic.fixes.size()) : diagnostic.helps.end(), help);
      if (other_memory) {
        diagnostic.fix(place_of(&memory, task_.origin), spell_memory(*enough));
      } else if (other_cpu) {
        diagnostic.fix(place_of(&cpu, task_.origin), spell_cpu(size.cpu));
      }
      if (size.cpu >= units) return;
    }
  }

  void task_settings() {
    const Value* mode = ir::at(task_.body, {"network_mode"});
    if (mode != nullptr && mode->as_string() != nullptr && *mode->as_string() != "awsvpc") refuse(place_of(mode, task_.origin), fmt::format("network mode `{}`, only `awsvpc`", *mode->as_string()), "`network_mode = \"awsvpc\"`, or leave it out");
    if (const Value* ipc = ir::at(task_.body, {"ipc"})) refuse(place_of(ipc, task_.origin), "`ipc`", kRemove);
    const Value* pid = ir::at(task_.body, {"pid"});
    if (pid != nullptr && pid->as_string() != nullptr && *pid->as_string() == "host") refuse(place_of(pid, task_.origin), "`pid = \"host\"`", "`pid = \"task\"`: the containers of the task see each other's processes");
    if (const Value* placement = ir::at(task_.body, {"placement", "constraint"})) refuse(place_of(placement, task_.origin), "placement", "remove `placement`: Fargate spreads tasks over zones by itself");
    const Value* volumes = ir::at(task_.body, {"volume"});
    if (volumes == nullptr || volumes->as_map() == nullptr) return;
    for (const auto& [name, volume] : *volumes->as_map()) {
      for (const std::string_view kind : {"host", "docker", "fsx"}) {
        if (const Value* block = ir::at(volume, {kind})) refuse(place_of(block, task_.origin), fmt::format("volumes of kind `{}`", kind),
                                                                  kind == "fsx" ? "`efs`, or run the task on instances" : "a folder that ends with the task: `volume NAME { }`; or `efs`");
      }
    }
  }

  void timeouts(const Value& container) {
    for (const std::string_view setting : {"stop_timeout", "start_timeout"}) {
      const Value* time = ir::at(container, {setting});
      if (time == nullptr || time->as_quantity() == nullptr) continue;
      if (time->as_quantity()->amount < kShortestTimeout) {
        Diagnostic& diagnostic = reporter_.report("E0315", place_of(time, task_.origin), fmt::format("`{} = {}` is shorter than Fargate allows (2s)", setting, ir::spell(*time)), "too short");
        on_fargate(diagnostic);
        diagnostic.help("at least `2s`");
        if (time->origin().via == nullptr) diagnostic.fix(time->origin().span, "2s");
      }
      if (time->as_quantity()->amount <= kLongestTimeout) continue;
      Diagnostic& diagnostic = reporter_.report("E0315", place_of(time, task_.origin), fmt::format("`{} = {}` is longer than Fargate allows (2m)", setting, ir::spell(*time)), "too long");
      on_fargate(diagnostic);
      diagnostic.note("on instances of your own there is no such limit").help("at most `2m`");
      if (time->origin().via == nullptr) diagnostic.fix(time->origin().span, "2m");
    }
  }

  void capabilities(const Value& container) {
    const Value* added = ir::at(container, {"linux", "add_capabilities"});
    if (added == nullptr || added->as_list() == nullptr) return;
    for (const Value& item : *added->as_list()) {
      if (item.as_string() != nullptr && *item.as_string() != "SYS_PTRACE") refuse(place_of(&item, place_of(added, task_.origin)), fmt::format("capability `{}` to add, only `SYS_PTRACE`", *item.as_string()), kRemove);
    }
  }

  const ir::Resource& task_;
  Span why_;
  sema::Reporter& reporter_;
};

bool names_fargate(const ir::Program& program, const Value& provider) {
  if (provider.as_reference() == nullptr) return false;
  const ir::Address& target = provider.as_reference()->target;
  if (const auto elsewhere = program.externs.find(target); elsewhere != program.externs.end()) {
    const Value* called = ir::at(elsewhere->second.body, {"name"});
    return called != nullptr && called->as_string() != nullptr && (*called->as_string() == "FARGATE" || *called->as_string() == "FARGATE_SPOT");
  }
  const std::string& name = target.name;
  return name.ends_with(".fargate") || name.ends_with(".fargate_spot");
}

/// Whether the cluster's own capacity, which counts for jobs that say nothing, is Fargate. A service that says nothing has it as its own by now: one
/// without any has `launch = "ec2"`.
bool is_fargate_by_default(const ir::Program& program, const ir::Resource& service) {
  if (service.address.kind == "service") return false;
  const Value* cluster = ir::at(service.body, {"cluster"});
  if (cluster == nullptr || cluster->as_reference() == nullptr) return false;
  const auto found = program.resources.find(cluster->as_reference()->target);
  if (found == program.resources.end()) return false;
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(found->second.body);
  return std::any_of(parts.begin(), parts.end(), [](const ir::CapacityPart& part) { return part.is_fargate() && part.has_share(); });
}

}  // namespace

std::optional<Span> puts_on_fargate(const ir::Program& program, const ir::Resource& service) {
  if (const Value* capacity = ir::at(service.body, {"capacity"}); capacity != nullptr && capacity->as_list() != nullptr) {
    for (const Value& share : *capacity->as_list()) {
      const Value* provider = ir::at(share, {"provider"});
      if (provider != nullptr && names_fargate(program, *provider)) return place_of(provider, place_of(capacity, service.origin));
    }
    return std::nullopt;
  }
  const Value* launch = ir::at(service.body, {"launch"});
  if (launch != nullptr && launch->as_string() != nullptr) return *launch->as_string() == "fargate" ? std::optional(place_of(launch, service.origin)) : std::nullopt;
  return is_fargate_by_default(program, service) ? std::optional(service.origin) : std::nullopt;
}

void validate_fargate(const ir::Program& program, sema::Reporter& reporter) {
  std::map<ir::Address, Span> tasks;
  for (const auto& [address, resource] : program.resources) {
    if (address.kind == "task") {
      const Value* compatible = ir::at(resource.body, {"compatible"});
      if (compatible == nullptr || compatible->as_list() == nullptr) continue;
      for (const Value& item : *compatible->as_list()) {
        if (item.as_string() != nullptr && *item.as_string() == "fargate") tasks.insert_or_assign(address, place_of(&item, place_of(compatible, resource.origin)));
      }
      continue;
    }
    const Value* task = ir::at(resource.body, {"task"});
    if (task == nullptr || task->as_reference() == nullptr) continue;
    if (const auto why = puts_on_fargate(program, resource)) tasks.emplace(task->as_reference()->target, *why);
  }
  for (const auto& [address, why] : tasks) {
    const auto found = program.resources.find(address);
    if (found != program.resources.end()) FargateRules(found->second, why, reporter).check();
  }
}

}  // namespace berth::lower
