#include "engine/store/state.h"
#include "scheduler/model/json.h"

// Clusters, services and container instances: all of them are in memory.
namespace berth::engine {
namespace {

void count_service(Store::ServiceCounts& counts, const scheduler::Service& service, std::int64_t by) {
  if (service.status == scheduler::ServiceStatus::Active) counts.active += by;
  if (service.status == scheduler::ServiceStatus::Draining) counts.draining += by;
}

template <class Map, class Key>
auto find_or_default(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

}  // namespace

void Store::State::set_service(const ServiceKey& key, const Ref<scheduler::Service>& service) {
  ServiceCounts& counts = service_counts[key.cluster];
  if (const auto before = services.find(key); before != services.end()) {
    count_service(counts, *before->second, -1);
    if (!service) services.erase(before);
  }
  if (!service) return;
  count_service(counts, *service, +1);
  services[key] = service;
}

Ref<Cluster> Store::cluster(const std::string& name) const { return find_or_default(state_->clusters, name); }

std::vector<std::string> Store::active_clusters(const std::string& after, std::size_t limit) const {
  std::vector<std::string> names;
  for (auto cluster = state_->clusters.upper_bound(after); cluster != state_->clusters.end() && names.size() < limit; ++cluster) {
    if (cluster->second->status == "ACTIVE") names.push_back(cluster->first);
  }
  return names;
}

Store::ServiceCounts Store::cluster_service_counts(const std::string& cluster) const { return find_or_default(state_->service_counts, cluster); }

void Store::put_cluster(const Cluster& cluster) {
  state_->write("INSERT INTO clusters (name, status, doc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET status=excluded.status, doc=excluded.doc",
                cluster.name, cluster.status, canonical_json(to_json(cluster)));
  Ref<Cluster>& held = state_->clusters[cluster.name];
  state_->undo.push_back([state = state_.get(), before = held, name = cluster.name] {
    if (before) {
      state->clusters[name] = before;
    } else {
      state->clusters.erase(name);
    }
  });
  held = std::make_shared<Cluster>(cluster);
}

Ref<scheduler::Service> Store::service(const ServiceKey& key) const { return find_or_default(state_->services, key); }

std::vector<std::string> Store::active_services(const std::string& cluster, const std::string& after, std::size_t limit) const {
  std::vector<std::string> names;
  const auto& services = state_->services;
  for (auto service = services.upper_bound({cluster, after}); service != services.end() && service->first.cluster == cluster; ++service) {
    if (names.size() == limit) break;
    if (service->second->status == scheduler::ServiceStatus::Active) names.push_back(service->first.service);
  }
  return names;
}

std::vector<ServiceKey> Store::live_services() const {
  std::vector<ServiceKey> keys;
  for (const auto& [key, service] : state_->services) {
    if (service->status != scheduler::ServiceStatus::Inactive) keys.push_back(key);
  }
  return keys;
}

void Store::put_service(const scheduler::Service& service) {
  const ServiceKey key = key_of(service);
  state_->write(
      "INSERT INTO services (cluster, name, status, doc) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET status=excluded.status, doc=excluded.doc",
      key.cluster, key.service, name_of(service.status), scheduler::json_text(service));
  state_->undo.push_back([state = state_.get(), key, before = this->service(key)] { state->set_service(key, before); });
  state_->set_service(key, std::make_shared<scheduler::Service>(service));
  state_->pending.services.insert(key);
}

void Store::prune_services(Timestamp before) {
  std::vector<ServiceKey> old;
  for (const auto& [key, service] : state_->services) {
    if (service->status == scheduler::ServiceStatus::Inactive && service->deleted_at.value_or(Timestamp{}) < before) old.push_back(key);
  }
  for (const ServiceKey& key : old) {
    state_->write("DELETE FROM services WHERE cluster = ? AND name = ?", key.cluster, key.service);
    state_->undo.push_back([state = state_.get(), key, kept = service(key)] { state->set_service(key, kept); });
    state_->set_service(key, nullptr);
  }
}

std::optional<Json> Store::document(const std::string& kind, const std::string& name) const {
  const auto found = state_->documents.find({kind, name});
  return found == state_->documents.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, Json> Store::documents(const std::string& kind) const {
  std::map<std::string, Json> found;
  for (auto one = state_->documents.lower_bound({kind, ""}); one != state_->documents.end() && one->first.first == kind; ++one) {
    found[one->first.second] = one->second;
  }
  return found;
}

void Store::put_document(const std::string& kind, const std::string& name, const Json& document) {
  state_->write("INSERT INTO documents (kind, name, doc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET doc=excluded.doc", kind, name,
                canonical_json(document));
  state_->undo.push_back([state = state_.get(), kind, name, before = this->document(kind, name)] {
    if (before) {
      state->documents[{kind, name}] = *before;
    } else {
      state->documents.erase({kind, name});
    }
  });
  state_->documents[{kind, name}] = document;
}

void Store::remove_document(const std::string& kind, const std::string& name) {
  const auto before = document(kind, name);
  if (!before) return;
  state_->write("DELETE FROM documents WHERE kind = ? AND name = ?", kind, name);
  state_->undo.push_back([state = state_.get(), kind, name, kept = *before] { state->documents[{kind, name}] = kept; });
  state_->documents.erase({kind, name});
}

Ref<scheduler::Instance> Store::instance(const std::string& id) const { return find_or_default(state_->instances, id); }

std::vector<Ref<scheduler::Instance>> Store::instances(const std::string& cluster) const {
  std::vector<Ref<scheduler::Instance>> found;
  for (const std::string& id : find_or_default(state_->instances_of_cluster, cluster)) found.push_back(instance(id));
  return found;
}

void Store::put_instance(const scheduler::Instance& instance) {
  const std::string cluster = cluster_name_of(instance.cluster_arn);
  state_->write("INSERT INTO instances (id, cluster, doc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET cluster=excluded.cluster, doc=excluded.doc",
                instance.id, cluster, scheduler::json_text(instance));
  Ref<scheduler::Instance>& held = state_->instances[instance.id];
  state_->undo.push_back([state = state_.get(), before = held, id = instance.id, cluster] {
    if (before) {
      state->instances[id] = before;
    } else {
      state->instances.erase(id);
      state->instances_of_cluster[cluster].erase(id);
    }
  });
  held = std::make_shared<scheduler::Instance>(instance);
  state_->instances_of_cluster[cluster].insert(instance.id);
  // Where tasks may be has changed for every service of the cluster.
  const auto& services = state_->services;
  for (auto service = services.lower_bound({cluster, ""}); service != services.end() && service->first.cluster == cluster; ++service) {
    if (service->second->status != scheduler::ServiceStatus::Inactive) state_->pending.services.insert(service->first);
  }
}

}  // namespace berth::engine
