#include "providers/ecs/read.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ir/ecs_form.h"
#include "ir/schema.h"
#include "providers/ecs/batches.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"
#include "providers/ecs/parallel.h"
#include "providers/ecs/read_capacity.h"

namespace berth::provider {
namespace {

constexpr std::size_t kClustersPerCall = 100;
constexpr std::size_t kServicesPerCall = 10;
constexpr int kLargestPage = 100;

/// A resource as the API gave it, with its tags apart.
struct Found {
  Json object;
  std::map<std::string, std::string> tags;

  [[nodiscard]] std::string tag(std::string_view key) const {
    const auto found = tags.find(std::string(key));
    return found == tags.end() ? std::string() : found->second;
  }
};

Found make_found(Json object, const Json& tag_list) {
  Found found{.object = std::move(object), .tags = {}};
  for (const Json& tag : tag_list) found.tags[text_at(tag, "key")] = text_at(tag, "value");
  return found;
}

/// One read: what is wanted, and what has been found so far.
class Reader {
 public:
  Reader(EcsClient& client, const plan::ReadScope& scope, std::size_t width) : client_(client), scope_(scope), width_(width) {
    for (const plan::Wanted& wanted : scope.wanted) wanted_[key(wanted.address.kind, wanted.name, wanted.cluster)] = wanted.address;
  }

  Result<ir::Snapshot> run() {
    BERTH_TRY_VOID(read_clusters());
    BERTH_TRY_VOID(read_capacity());
    BERTH_TRY_VOID(read_services());
    BERTH_TRY_VOID(read_task_definitions());
    return snapshot();
  }

 private:
  using Key = std::pair<std::string, std::string>;
  static Key key(const std::string& kind, const std::string& name, const std::string& cluster) {
    return {kind, cluster.empty() ? name : cluster + "/" + name};
  }

  [[nodiscard]] bool is_ours(const Found& found) const { return found.tag(kStackTag) == scope_.stack; }
  [[nodiscard]] const ir::Address* wanted(const std::string& kind, const std::string& name, const std::string& cluster = "") const {
    const auto found = wanted_.find(key(kind, name, cluster));
    return found == wanted_.end() ? nullptr : &found->second;
  }

  /// The address of a thing: of ours by its tag, of somebody else's by the address that wants its name; else none.
  [[nodiscard]] std::optional<ir::Address> address_of(const Found& found, const std::string& kind, const std::string& name,
                                                      const std::string& cluster = "") const {
    if (is_ours(found)) {
      auto address = ir::Address::parse(found.tag(kAddressTag));
      if (address && address->kind == kind) return address;
    }
    if (const ir::Address* address = wanted(kind, name, cluster)) return *address;
    return std::nullopt;
  }

  Result<void> read_clusters();
  Result<void> read_capacity();
  Result<void> read_services();
  Result<void> read_task_definitions();
  ir::Snapshot snapshot();
  [[nodiscard]] ir::Value capacity_named(const std::string& text, const std::string& cluster) const;
  ir::LiveResource live(const ir::Address& address, const Found& found, const char* arn_member, const std::string& status) const;

  EcsClient& client_;
  const plan::ReadScope& scope_;
  std::size_t width_;
  std::map<Key, ir::Address> wanted_;
  std::vector<Found> clusters_;          ///< ours and wanted
  std::vector<Found> services_;          ///< ours and wanted
  std::vector<Found> task_definitions_;  ///< ours, newest of wanted families, run by a service
  /// For references: name -> address.
  std::map<std::string, ir::Address> cluster_addresses_;
  std::map<std::string, ir::Value> capacities_;  ///< of clusters, by name, where they have any
  std::map<std::string, std::vector<std::string>> unmapped_capacity_;
  std::map<std::string, ir::Address> family_addresses_;
};

Result<void> Reader::read_clusters() {
  BERTH_TRY(arns, client_.list("ListClusters", {{"maxResults", kLargestPage}}, "clusterArns"));
  const auto parts = batches(as_texts(arns), kClustersPerCall);
  auto described = map_parallel<std::vector<Json>>(parts.size(), width_, [&](std::size_t i) -> Result<std::vector<Json>> {
    BERTH_TRY(answer, client_.call("DescribeClusters", {{"clusters", parts[i]}, {"include", Json::array({"TAGS", "SETTINGS", "CONFIGURATIONS"})}}));
    return list_at(answer, "clusters").get<std::vector<Json>>();
  });
  if (!described) return described.error();
  std::set<std::string> of_services;
  for (const plan::Wanted& want : scope_.wanted) of_services.insert(want.cluster);
  for (Json& cluster : joined(std::move(*described))) {
    if (text_at(cluster, "status") != "ACTIVE") continue;
    const Json tags = list_at(cluster, "tags");
    Found found = make_found(std::move(cluster), tags);
    const std::string name = text_at(found.object, "clusterName");
    const auto address = address_of(found, "cluster", name);
    if (address) cluster_addresses_.emplace(name, *address);
    if (address || is_ours(found) || of_services.count(name) > 0) clusters_.push_back(std::move(found));
  }
  return {};
}

/// What the clusters of the stack run on.
Result<void> Reader::read_capacity() {
  std::vector<Json> clusters;
  for (const Found& cluster : clusters_) {
    if (cluster_addresses_.contains(text_at(cluster.object, "clusterName"))) clusters.push_back(cluster.object);
  }
  if (clusters.empty()) return {};
  BERTH_TRY(providers, read_capacity_providers(client_, clusters));
  for (Found& cluster : clusters_) {
    const std::string name = text_at(cluster.object, "clusterName");
    const auto address = cluster_addresses_.find(name);
    if (address == cluster_addresses_.end()) continue;
    std::vector<std::string> unmapped;
    ir::Value capacity = capacity_of(address->second, cluster.object, providers, scope_, unmapped);
    if (!capacity.empty()) capacities_.emplace(name, std::move(capacity));
    unmapped_capacity_.emplace(name, std::move(unmapped));
    for (const char* member : {"capacityProviders", "defaultCapacityProviderStrategy"}) cluster.object.erase(member);
  }
  return {};
}

Result<void> Reader::read_services() {
  struct Batch {
    std::string cluster;
    std::vector<std::string> services;
  };
  auto listed = map_parallel<std::vector<std::string>>(clusters_.size(), width_, [&](std::size_t i) -> Result<std::vector<std::string>> {
    const Json request{{"cluster", text_at(clusters_[i].object, "clusterArn")}, {"maxResults", kLargestPage}};
    BERTH_TRY(arns, client_.list("ListServices", request, "serviceArns"));
    return as_texts(arns);
  });
  if (!listed) return listed.error();

  std::vector<Batch> work;
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    const std::string cluster = text_at(clusters_[i].object, "clusterName");
    std::set<std::string> names;
    for (const std::string& arn : (*listed)[i]) names.insert(last_part(arn));
    // A service that drains is in no list, and its name is not free yet.
    for (const plan::Wanted& want : scope_.wanted) {
      if (want.address.kind == "service" && want.cluster == cluster) names.insert(want.name);
    }
    for (auto& part : batches({names.begin(), names.end()}, kServicesPerCall)) work.push_back({cluster, std::move(part)});
  }
  auto described = map_parallel<std::vector<Json>>(work.size(), width_, [&](std::size_t i) -> Result<std::vector<Json>> {
    BERTH_TRY(answer, client_.call("DescribeServices", {{"cluster", work[i].cluster}, {"services", work[i].services}, {"include", Json::array({"TAGS"})}}));
    return list_at(answer, "services").get<std::vector<Json>>();
  });
  if (!described) return described.error();
  for (Json& service : joined(std::move(*described))) {
    const std::string status = text_at(service, "status");
    if (status != "ACTIVE" && status != "DRAINING") continue;
    const Json tags = list_at(service, "tags");
    Found found = make_found(std::move(service), tags);
    const std::string cluster = last_part(text_at(found.object, "clusterArn"));
    if (address_of(found, "service", text_at(found.object, "serviceName"), cluster)) services_.push_back(std::move(found));
  }
  return {};
}

Result<void> Reader::read_task_definitions() {
  // Only a description tells whose a revision is.
  BERTH_TRY(listed, client_.list("ListTaskDefinitions", {{"status", "ACTIVE"}, {"maxResults", kLargestPage}}, "taskDefinitionArns"));
  std::set<std::string> arns;
  for (std::string& arn : as_texts(listed)) arns.insert(std::move(arn));
  std::set<std::string> running;
  for (const Found& service : services_) {
    const std::string arn = text_at(service.object, "taskDefinition");
    if (arn.empty()) continue;
    arns.insert(arn);
    running.insert(arn);
  }
  const std::vector<std::string> all(arns.begin(), arns.end());
  auto described = map_parallel<std::optional<Found>>(all.size(), width_, [&](std::size_t i) -> Result<std::optional<Found>> {
    auto answer = client_.call("DescribeTaskDefinition", {{"taskDefinition", all[i]}, {"include", Json::array({"TAGS"})}});
    if (!answer) {
      // Deleted since it was listed.
      if (answer.error().code == "ClientException") return std::optional<Found>();
      return answer.error();
    }
    return std::optional<Found>(make_found(object_at(*answer, "taskDefinition"), list_at(*answer, "tags")));
  });
  if (!described) return described.error();

  std::map<std::string, std::int64_t> newest;
  for (const auto& found : *described) {
    if (!found || text_at(found->object, "status") != "ACTIVE") continue;
    std::int64_t& revision = newest[text_at(found->object, "family")];
    revision = std::max(revision, number_at(found->object, "revision"));
  }
  for (auto& found : *described) {
    if (!found) continue;
    const std::string family = text_at(found->object, "family");
    const bool is_newest = wanted("task", family) != nullptr && newest[family] == number_at(found->object, "revision");
    if (const auto address = address_of(*found, "task", family); address && is_ours(*found)) family_addresses_[family] = *address;
    if (is_ours(*found) || is_newest || running.count(text_at(found->object, "taskDefinitionArn")) > 0) {
      task_definitions_.push_back(std::move(*found));
    }
  }
  for (const plan::Wanted& want : scope_.wanted) {
    if (want.address.kind == "task") family_addresses_.emplace(want.name, want.address);
  }
  return {};
}

ir::Value Reader::capacity_named(const std::string& text, const std::string& cluster) const {
  const auto own = cluster_addresses_.find(last_part(cluster));
  if (own != cluster_addresses_.end()) {
    const auto capacity = capacities_.find(own->first);
    return refer_to_capacity(text, own->second, capacity == capacities_.end() ? nullptr : &capacity->second, scope_.externs);
  }
  const ir::Value other = scope_.externs.refer("cluster", cluster);
  return refer_to_capacity(text, other.as_reference() == nullptr ? std::nullopt : std::optional(other.as_reference()->target), nullptr, scope_.externs);
}

ir::LiveResource Reader::live(const ir::Address& address, const Found& found, const char* arn_member, const std::string& status) const {
  const auto refer = [&](std::string_view kind, const std::string& text) {
    if (kind == "capacity") return capacity_named(text, text_at(found.object, "clusterArn"));
    const bool is_cluster = kind == "cluster";
    if (!is_cluster && kind != "task") return scope_.externs.refer(kind, text);
    const auto& addresses = is_cluster ? cluster_addresses_ : family_addresses_;
    const auto target = addresses.find(is_cluster ? last_part(text) : family_of(text));
    return target == addresses.end() ? scope_.externs.refer(kind, text) : ir::Value::reference(target->second);
  };
  ir::FromEcs converted = ir::from_ecs(*ir::schema::resource_kind(address.kind), found.object, refer);
  ir::Map tags;
  for (const auto& [key, value] : found.tags) {
    if (key.rfind("berth:", 0) != 0 && key.rfind("aws:", 0) != 0) tags.set(key, ir::Value::string(value));
  }
  if (ir::Map* body = converted.body.as_map()) {
    body->erase("tags");
    if (!tags.empty()) body->set("tags", ir::Value::map(std::move(tags)));
  }
  ir::LiveResource resource;
  resource.resource.address = address;
  resource.resource.body = std::move(converted.body);
  resource.arn = text_at(found.object, arn_member);
  resource.revision = static_cast<int>(number_at(found.object, "revision"));
  resource.status = status;
  resource.stack = found.tag(kStackTag);
  resource.hash = found.tag(kHashTag);
  resource.protect = found.tag(kProtectTag) == "true";
  resource.sensitive = found.tag(kSensitiveTag) == "true";
  resource.unmapped = std::move(converted.unmapped);
  return resource;
}

ir::Snapshot Reader::snapshot() {
  ir::Snapshot all;
  for (const Found& cluster : clusters_) {
    const std::string name = text_at(cluster.object, "clusterName");
    const auto address = address_of(cluster, "cluster", name);
    if (!address) continue;
    ir::LiveResource resource = live(*address, cluster, "clusterArn", text_at(cluster.object, "status"));
    if (const auto capacity = capacities_.find(name); capacity != capacities_.end()) resource.resource.body.as_map()->set("capacity", capacity->second);
    const std::vector<std::string>& unmapped = unmapped_capacity_[name];
    resource.unmapped.insert(resource.unmapped.end(), unmapped.begin(), unmapped.end());
    all.resources.push_back(std::move(resource));
  }
  for (Found& service : services_) {
    const std::string cluster = text_at(service.object, "clusterArn");
    const auto address = address_of(service, "service", text_at(service.object, "serviceName"), last_part(cluster));
    // A description names the cluster by its ARN, a request by `cluster`.
    Json runtime = service.object;
    service.object["cluster"] = cluster;
    ir::LiveResource resource = live(*address, service, "serviceArn", text_at(service.object, "status"));
    resource.runtime = std::move(runtime);
    all.resources.push_back(std::move(resource));
  }
  for (const Found& definition : task_definitions_) {
    const std::string family = text_at(definition.object, "family");
    // A revision that somebody else made a service of ours run has no address; its family is as good a name as any.
    const ir::Address address = address_of(definition, "task", family).value_or(ir::Address{"task", family});
    all.resources.push_back(live(address, definition, "taskDefinitionArn", text_at(definition.object, "status")));
  }
  std::sort(all.resources.begin(), all.resources.end(), [](const ir::LiveResource& a, const ir::LiveResource& b) {
    return std::tie(a.resource.address, a.revision, a.arn) < std::tie(b.resource.address, b.revision, b.arn);
  });
  return all;
}

}  // namespace

Result<ir::Snapshot> read_snapshot(EcsClient& client, const plan::ReadScope& scope, std::size_t width) {
  return Reader(client, scope, width).run();
}

}  // namespace berth::provider
