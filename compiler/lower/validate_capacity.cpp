// What clusters, services and jobs run on, and settings of clusters that go together.
#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"
#include "ir/capacity.h"

namespace berth::lower {
namespace {

/// A part of the tasks: what runs it, how many at least, and its share of the rest.
struct Share {
  std::string name;
  const ir::Value* body;
  std::int64_t base = 0;
  std::int64_t weight = 0;
  Span place;
};

/// How many capacity providers a cluster may have.
constexpr std::size_t kMostProviders = 20;

bool runs_on_fargate(std::string_view name) { return name == "fargate" || name == "fargate_spot"; }

/// One strategy: parts that count together.
class StrategyRules {
 public:
  StrategyRules(Span fallback, sema::Reporter& reporter) : fallback_(fallback), reporter_(reporter) {}

  void check(const std::vector<Share>& shares) {
    one_base(shares);
    some_weight(shares);
    one_family(shares);
    each_once(shares);
  }

 private:
  void one_base(const std::vector<Share>& shares) {
    const Share* first = nullptr;
    for (const Share& share : shares) {
      if (share.base == 0) continue;
      if (first == nullptr) {
        first = &share;
        continue;
      }
      reporter_.report_each("E0342", place_of(ir::at(*share.body, {"base"}), share.place), fmt::format("`{}` and `{}` both have a base", first->name, share.name), "a second one")
          .label(place_of(ir::at(*first->body, {"base"}), first->place), "the first one")
          .note("the base is where the first tasks go; ECS takes one")
          .help("keep one of them, and give the other a `weight`");
      return;
    }
  }

  void some_weight(const std::vector<Share>& shares) {
    if (shares.size() < 2 || std::any_of(shares.begin(), shares.end(), [](const Share& share) { return share.weight > 0; })) return;
    reporter_.report_each("E0342", place_of(ir::at(*shares.front().body, {"weight"}), shares.front().place), "no part has a weight", "0, as all others")
        .note("tasks beyond the base are shared out by weight, and ECS refuses when there is none")
        .help("`weight = 1` for at least one of them");
  }

  void one_family(const std::vector<Share>& shares) {
    const auto fargate = std::find_if(shares.begin(), shares.end(), [](const Share& share) { return runs_on_fargate(share.name); });
    const auto other = std::find_if(shares.begin(), shares.end(), [](const Share& share) { return !runs_on_fargate(share.name); });
    if (fargate == shares.end() || other == shares.end()) return;
    reporter_.report_each("E0342", std::max(fargate->place, other->place), fmt::format("tasks cannot be shared out over `{}` and `{}`", fargate->name, other->name), "another kind of capacity")
        .label(std::min(fargate->place, other->place), "with this")
        .note("Fargate and instances do not go into one strategy")
        .help("two services, one on each");
  }

  void each_once(const std::vector<Share>& shares) {
    std::set<std::string_view> names;
    for (const Share& share : shares) {
      if (names.insert(share.name).second) continue;
      reporter_.report_each("E0342", share.place, fmt::format("`{}` has two parts of the tasks", share.name), "again").help("add up their weights in one");
    }
  }

  Span fallback_;
  sema::Reporter& reporter_;
};

/// What a capacity is called within a strategy: its label in the cluster, or what somebody else has called it.
std::string called(const ir::Program& program, const ir::Address& target) {
  if (const auto elsewhere = program.externs.find(target); elsewhere != program.externs.end()) {
    const std::string* name = text_of(elsewhere->second.body, {"name"});
    if (name != nullptr && *name == "FARGATE") return "fargate";
    if (name != nullptr && *name == "FARGATE_SPOT") return "fargate_spot";
  }
  return target.name.substr(target.name.find('.') + 1);
}

std::vector<Share> shares_of(const ir::Program& program, const ir::Resource& service) {
  std::vector<Share> shares;
  for (const ir::Value& item : items_of(service.body, {"capacity"})) {
    const ir::Value* provider = ir::at(item, {"provider"});
    if (provider == nullptr || provider->as_reference() == nullptr) continue;
    shares.push_back({.name = called(program, provider->as_reference()->target),
                      .body = &item,
                      .base = number_of(item, {"base"}).value_or(0),
                      .weight = number_of(item, {"weight"}).value_or(0),
                      .place = place_of(provider, place_of(&item, place_of(ir::at(service.body, {"capacity"}), service.origin)))});
  }
  return shares;
}

/// Whether the service's cluster has the capacity that it names.
void known_capacity(const ir::Program& program, const ir::Resource& service, const Share& share, sema::Reporter& reporter) {
  const ir::Resource* cluster = referred(program, service.body, "cluster");
  const ir::Value* provider = ir::at(*share.body, {"provider"});
  const auto target = ir::capacity_target(provider->as_reference()->target);
  const ir::Value* wanted = ir::at(service.body, {"cluster"});
  if (target && wanted != nullptr && wanted->as_reference() != nullptr && target->cluster != wanted->as_reference()->target) {
    reporter.report_each("E0342", share.place, fmt::format("`{}` is capacity of the cluster `{}`, and the service is in `{}`", share.name, target->cluster.name, wanted->as_reference()->target.name), "of another cluster")
        .label(place_of(wanted, service.origin), "the service's cluster")
        .help(fmt::format("capacity of `{}`, or `cluster = {}`", wanted->as_reference()->target.name, target->cluster.name));
    return;
  }
  if (cluster == nullptr || !target) return;
  const ir::Map& capacity = entries_of(cluster->body, {"capacity"});
  if (capacity.find(share.name) != nullptr) return;
  for (const std::string_view kind : {"asg", "managed"}) {
    if (entries_of(cluster->body, {"capacity", kind}).find(share.name) != nullptr) return;
  }
  reporter.report_each("E0342", share.place, fmt::format("the cluster `{}` has no capacity `{}`", cluster->address.name, share.name), "not in its `capacity { }`")
      .label(cluster->origin, "the cluster")
      .help(runs_on_fargate(share.name) ? fmt::format("`capacity {{ {} {{ }} }}` in the cluster", share.name) : fmt::format("`capacity {{ asg {} {{ group = … }} }}` in the cluster", share.name));
}

/// Whether `step = 1..4` and such begin below their end.
void range_of(const ir::Value& body, std::string_view setting, Span header, sema::Reporter& reporter) {
  const ir::Value* range = ir::at(body, {setting});
  if (range == nullptr || range->as_list() == nullptr || range->as_list()->empty()) return;
  const ir::Quantity* low = range->as_list()->front().as_quantity();
  const ir::Quantity* high = range->as_list()->back().as_quantity();
  if (low == nullptr || high == nullptr || low->amount <= high->amount) return;
  reporter.report_each("E0349", place_of(range, header), fmt::format("`{}` ends before it begins", setting), "least and most").help(fmt::format("`[{}, {}]`", ir::spell(range->as_list()->back()), ir::spell(range->as_list()->front())));
}

void provider_name(const std::string& name, const ir::CapacityPart& part, Span header, sema::Reporter& reporter) {
  std::string small = name;
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view prefix : {"aws", "ecs", "fargate"}) {
    if (!small.starts_with(prefix)) continue;
    reporter.report_each("E0349", place_of(part.body->find("name"), header), fmt::format("a capacity provider cannot be called `{}`", name), fmt::format("names that begin with `{}` belong to AWS", prefix))
        .help(fmt::format("as in `name = \"{}\"`", "my-" + part.label));
    return;
  }
}

/// What is said of a log group or a bucket that nobody names.
void exec_log(const ir::Resource& cluster, sema::Reporter& reporter) {
  const auto needs = [&](std::string_view setting, std::string_view other) {
    const ir::Value* value = ir::at(cluster.body, {"exec", setting});
    if (value == nullptr || ir::at(cluster.body, {"exec", other}) != nullptr) return;
    reporter.report_each("E0349", place_of(value, cluster.origin), fmt::format("`{}` is of no `{}`", setting, other), fmt::format("`{}` is missing", other)).help(fmt::format("add `{} = \"…\"`, or remove it", other));
  };
  needs("log_encrypted", "log");
  needs("bucket_encrypted", "bucket");
  needs("bucket_prefix", "bucket");
}

}  // namespace

void validate_capacity(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  const ir::Value* capacity = ir::at(service.body, {"capacity"});
  const std::vector<Share> shares = shares_of(program, service);
  const ir::Value* launch = ir::at(service.body, {"launch"});
  if (launch != nullptr && !launch->origin().is_default && !shares.empty() && !capacity->origin().is_default) {
    reporter.report_each("E0342", place_of(launch, service.origin), "`launch` and `capacity` both say what the tasks run on", "one of them")
        .label(place_of(capacity, service.origin), "the other one")
        .help("remove `launch`");
  }
  if (capacity == nullptr || capacity->origin().is_default) return;
  StrategyRules(service.origin, reporter).check(shares);
  for (const Share& share : shares) known_capacity(program, service, share, reporter);
}

void validate_cluster(const ir::Resource& cluster, sema::Reporter& reporter) {
  std::vector<Share> shares;
  const auto add = [&](const std::string& name, const ir::Value& body) {
    Share share{.name = name, .body = &body, .base = number_of(body, {"base"}).value_or(0), .weight = number_of(body, {"weight"}).value_or(0), .place = place_of(&body, cluster.origin)};
    if (ir::at(body, {"base"}) != nullptr || ir::at(body, {"weight"}) != nullptr) shares.push_back(std::move(share));
  };
  for (const auto& [kind, block] : entries_of(cluster.body, {"capacity"})) {
    if (block.as_map() == nullptr) continue;
    if (kind != "asg" && kind != "managed") {
      add(kind, block);
      continue;
    }
    for (const auto& [label, entry] : *block.as_map()) {
      const Span header = place_of(&entry, cluster.origin);
      add(label, entry);
      for (const std::string_view setting : {"step", "cpu", "memory"}) range_of(entry, setting, header, reporter);
      const ir::Value* scaling = ir::at(entry, {"scaling"});
      if (!is_on(entry, {"termination_protection"}) || scaling == nullptr || scaling->as_bool() == nullptr || *scaling->as_bool()) continue;
      reporter.report_each("E0349", place_of(ir::at(entry, {"termination_protection"}), header), "`termination_protection` needs `scaling`", "ECS protects what it scales itself")
          .label(place_of(scaling, header), "it does not here")
          .help("remove one of the two");
    }
  }
  StrategyRules(cluster.origin, reporter).check(shares);
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(cluster.body);
  if (parts.size() > kMostProviders) {
    reporter.report_each("E0342", place_of(ir::at(cluster.body, {"capacity"}), cluster.origin), fmt::format("a cluster has at most {} kinds of capacity, not {}", kMostProviders, parts.size()), "too many").help("use a second cluster");
  }
  const std::string* cluster_name = text_of(cluster.body, {"name"});
  for (const ir::CapacityPart& part : parts) {
    if (!part.is_fargate() && cluster_name != nullptr) provider_name(ir::capacity_provider_name(*cluster_name, part), part, part.span.valid() ? part.span : cluster.origin, reporter);
  }
  exec_log(cluster, reporter);
  const ir::Value* logging = ir::at(cluster.body, {"exec", "logging"});
  for (const std::string_view setting : {"log", "bucket"}) {
    const ir::Value* where = ir::at(cluster.body, {"exec", setting});
    if (where == nullptr || logging == nullptr) continue;
    reporter.report_each("E0349", place_of(logging, cluster.origin), fmt::format("`logging` and `{}` both say where sessions are logged", setting), "one of them")
        .label(place_of(where, cluster.origin), "the other one")
        .help("remove `logging`");
  }
}

}  // namespace berth::lower
