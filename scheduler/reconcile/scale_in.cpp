#include <algorithm>
#include <map>
#include <tuple>

#include "scheduler/reconcile/draft.h"

// Which task goes first when there are too many: ecs.md 4.8.

namespace berth::scheduler {
namespace {

/// Tasks that are alike but for their age, the oldest first: taken from the end.
struct Bucket {
  std::vector<LiveTask> tasks;
  std::vector<std::string> values;  ///< of the fields it is spread over
  [[nodiscard]] const Task& newest() const { return *tasks.back().task; }
};

auto age(const Task& task) { return std::tie(task.created_at, task.id); }

/// The fields whose fullest value gives first.
std::vector<std::string> spread_fields(const std::vector<PlacementStrategy>& strategies) {
  std::vector<std::string> fields;
  for (const PlacementStrategy& strategy : strategies) {
    if (strategy.type == StrategyType::Spread) fields.push_back(strategy.field);
  }
  if (strategies.empty()) fields = {"attribute:ecs.availability-zone", "instanceId"};
  return fields;
}

class ScaleIn {
 public:
  ScaleIn(const std::vector<LiveTask>& live, const std::vector<InstanceLoad>& loads, const std::vector<PlacementStrategy>& strategies)
      : fields_(spread_fields(strategies)), counts_(fields_.size()), packs_(!strategies.empty() && strategies[0].type == StrategyType::Binpack) {
    for (const InstanceLoad& load : loads) loads_[load.instance.id] = &load;
    by_cpu_ = packs_ && (strategies[0].field == "cpu" || strategies[0].field == "CPU");
    std::vector<LiveTask> tasks;
    for (const LiveTask& task : live) {
      if (task.task != nullptr) tasks.push_back(task);
    }
    std::sort(tasks.begin(), tasks.end(), [](const LiveTask& left, const LiveTask& right) { return age(*left.task) < age(*right.task); });
    for (LiveTask& task : tasks) add(std::move(task));
  }

  std::vector<LiveTask> order() {
    std::vector<LiveTask> order;
    for (auto& [fitness, buckets] : classes_) {
      while (Bucket* bucket = fullest(buckets)) {
        order.push_back(bucket->tasks.back());
        bucket->tasks.pop_back();
        for (std::size_t i = 0; i < fields_.size(); ++i) --counts_[i][bucket->values[i]];
        const Resources& freed = order.back().task->reserved;
        if (packs_) free_[order.back().instance_id] += by_cpu_ ? freed.cpu : freed.memory;
      }
    }
    return order;
  }

 private:
  /// The least fit first, and of equals those that have to leave.
  using Class = std::pair<Fitness, bool>;
  using Buckets = std::map<std::vector<std::string>, Bucket>;

  void add(LiveTask task) {
    const auto load = loads_.find(task.instance_id);
    std::vector<std::string> values;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      values.push_back(load == loads_.end() ? (fields_[i] == "instanceId" ? task.instance_id : "") : spread_value(load->second->instance, fields_[i]));
      ++counts_[i][values.back()];
    }
    if (load != loads_.end() && packs_) {
      const InstanceLoad& here = *load->second;
      free_[task.instance_id] = by_cpu_ ? here.instance.registered.cpu - here.reserved.cpu : here.instance.registered.memory - here.reserved.memory;
    }
    std::vector<std::string> key = values;
    if (packs_) key.push_back(task.instance_id);
    Bucket& bucket = classes_[{task.fitness, !task.leaving}][key];
    bucket.values = std::move(values);
    bucket.tasks.push_back(std::move(task));
  }

  [[nodiscard]] std::vector<std::int64_t> weight(const Bucket& bucket) const {
    std::vector<std::int64_t> weight;
    if (packs_) {
      const auto free = free_.find(bucket.tasks.back().instance_id);
      weight.push_back(free == free_.end() ? 0 : free->second);
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) weight.push_back(counts_[i].at(bucket.values[i]));
    return weight;
  }

  Bucket* fullest(Buckets& buckets) const {
    Bucket* best = nullptr;
    for (auto& [key, bucket] : buckets) {
      if (bucket.tasks.empty()) continue;
      if (best == nullptr || weight(*best) < weight(bucket) || (weight(*best) == weight(bucket) && age(best->newest()) < age(bucket.newest()))) {
        best = &bucket;
      }
    }
    return best;
  }

  const std::vector<std::string> fields_;
  std::vector<std::map<std::string, std::int64_t>> counts_;
  const bool packs_;
  std::map<std::string, const InstanceLoad*> loads_;
  bool by_cpu_ = false;
  std::map<std::string, std::int64_t> free_;  ///< by instance, as it will be
  std::map<Class, Buckets> classes_;
};

}  // namespace

std::vector<LiveTask> Draft::scale_in_order() const { return ScaleIn(live, loads_, policy_.strategies).order(); }

}  // namespace berth::scheduler
