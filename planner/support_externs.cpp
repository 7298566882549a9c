#include "planner/support_externs.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace berth::plan {
namespace {

/// Kinds whose ARN has a part that the service made up.
struct OpaqueKind {
  std::string_view kind;
  std::string_view example;
};
constexpr std::array<OpaqueKind, 3> kOpaque{{{"secret", "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf"},
                                             {"target_group", "arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/0123456789abcdef"},
                                             {"asg", "arn:aws:autoscaling:REGION:ACCOUNT:autoScalingGroup:UUID:autoScalingGroupName/NAME"}}};

void add_references(const ir::Value& value, std::set<ir::Address>& found) {
  if (const ir::Reference* reference = value.as_reference()) found.insert(reference->target);
  if (const ir::List* list = value.as_list()) {
    for (const ir::Value& item : *list) add_references(item, found);
  }
  if (const ir::Map* map = value.as_map()) {
    for (const auto& [name, item] : *map) add_references(item, found);
  }
}

/// What the resources refer to: of the rest nobody is told.
std::set<ir::Address> referred_to(const ir::Program& program) {
  std::set<ir::Address> found;
  for (const auto& [address, resource] : program.resources) add_references(resource.body, found);
  return found;
}

bool says(const ir::Resource& external, std::string_view field) { return ir::at(external.body, {field}) != nullptr; }

/// Whether a choice of subnets or security groups is one of ids.
bool is_of_ids(const ir::Value& selection, std::string_view prefix) {
  const ir::List* list = selection.as_list();
  return list != nullptr && std::all_of(list->begin(), list->end(), [&](const ir::Value& item) { return item.as_string() != nullptr && item.as_string()->rfind(prefix, 0) == 0; });
}

void check_selection(const ir::Resource& network, std::string_view field, std::string_view prefix, DiagnosticSink& sink) {
  const ir::Value* selection = ir::at(network.body, {field});
  if (selection == nullptr || is_of_ids(*selection, prefix)) return;
  const Span span = selection->origin().span.valid() ? selection->origin().span : network.origin;
  sink.report("E0605", span, fmt::format("`{}` chooses `{}` by something else than ids, and Amazon ECS takes ids", network.address.text(), field), "not ids")
      .help(fmt::format("`{} = [\"{}…\"]`", field, prefix));
}

}  // namespace

void check_externs(const ir::Program& program, DiagnosticSink& sink) {
  const std::set<ir::Address> used = referred_to(program);
  for (const auto& [address, external] : program.externs) {
    if (!used.contains(address)) continue;
    if (address.kind == "network") {
      check_selection(external, "subnets", "subnet-", sink);
      check_selection(external, "security_groups", "sg-", sink);
      continue;
    }
    const auto opaque = std::find_if(kOpaque.begin(), kOpaque.end(), [&kind = address.kind](const OpaqueKind& row) { return row.kind == kind; });
    if (opaque == kOpaque.end() || says(external, "arn") || says(external, "verbatim")) continue;
    sink.report("E0605", external.origin, fmt::format("Amazon ECS takes the ARN of `{}`, and a part of it does not follow from the name", address.text()), "known by name only")
        .help(fmt::format("`arn = \"{}\"`", opaque->example));
  }
}

}  // namespace berth::plan
