#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/simulation/inspector.h"
#include "tests/simulation/plant.h"

namespace berth::simulation {

/// A task definition that was registered.
struct Definition {
  std::string arn;
  bool fargate = false;
  bool fixed_port = false;
  bool has_check = false;
};

/// What clients were told of a task set; states as of a service.
struct KnownTaskSet {
  std::vector<Json> states;
  std::string definition;
};

/// What clients were told of a service. More than one state: the engine died before it answered, and either may be true.
struct KnownService {
  std::vector<Json> states;
  bool fargate = false;
  bool daemon = false;
  /// It may find no room for all its tasks: fixed ports, or one task per instance.
  bool cramped = false;
  /// Its controller is EXTERNAL: it has task sets, by id.
  bool external = false;
  std::map<std::string, KnownTaskSet> sets{};
};

/// Clients of an engine, with what they were told, and the accidents of its machine; all from one seed.
class Workload {
 public:
  Workload(Plant& plant, Inspector& inspector, std::uint64_t seed) : plant_(plant), inspector_(inspector), random_(seed) {}

  /// What every run begins with.
  void begin();
  /// One request, one accident, or some time.
  void act();
  /// Everything that was confirmed is still so.
  void audit();
  /// The accidents end, and there is room for everything.
  void heal();
  /// Everything is deleted that clients know of.
  void tear_down();

  [[nodiscard]] const std::map<engine::ServiceKey, KnownService>& services() const { return services_; }
  /// Requests by operation: made, and answered with success.
  struct Tally {
    std::int64_t made = 0;
    std::int64_t succeeded = 0;
  };
  [[nodiscard]] const std::map<std::string, Tally>& tallies() const { return tallies_; }

 private:
  // Requests.
  std::optional<Answer> request(const std::string& operation, const Json& body);
  /// Until it is answered.
  Answer insist(const std::string& operation, const Json& body);
  void register_definition();
  void create_service();
  void update_service();
  void delete_service();
  void run_task();
  void stop_task();
  void protect_task();
  void add_instance();
  void change_instance();
  void stop_deployment();
  void read_something();
  void send_nonsense();
  void delete_cluster();
  void change(const engine::ServiceKey& key, const std::string& operation, const Json& body, const Json& state);

  // Requests about task sets: task_set_workload.cpp.
  void create_external_service(const engine::ServiceKey& key);
  void update_external_service(const engine::ServiceKey& key);
  void change_task_sets();
  void create_task_set(const engine::ServiceKey& key);
  void scale_task_set(const engine::ServiceKey& key, const std::string& id);
  void make_primary(const engine::ServiceKey& key, const std::string& id);
  void delete_task_set(const engine::ServiceKey& key, const std::string& id);
  void change_set(const engine::ServiceKey& key, const std::string& id, const std::optional<Answer>& answer, const Json& state);

  // Accidents.
  void accident();
  void harm_container();
  void fail_operations();

  void audit_services(const std::string& cluster);
  void audit_task_sets(const engine::ServiceKey& key);
  void audit_tasks();
  void audit_instances();

  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  template <class T>
  T pick(std::initializer_list<T> from) {
    return *(from.begin() + static_cast<std::ptrdiff_t>(random_.below(from.size())));
  }
  template <class Container>
  auto any_of(const Container& from) {
    return std::next(from.begin(), static_cast<std::ptrdiff_t>(random_.below(from.size())));
  }
  std::string any_cluster() { return pick<const char*>({"c0", "c1"}); }
  std::string any_image();
  Json any_definition();
  Json any_configuration();
  [[nodiscard]] std::string a_task();

  Plant& plant_;
  Inspector& inspector_;
  RandomSource random_;
  std::vector<Definition> definitions_;
  std::map<engine::ServiceKey, KnownService> services_;
  /// Tasks that RunTask told of, and whether StopTask was confirmed, by cluster and ARN.
  std::map<std::pair<std::string, std::string>, bool> tasks_;
  /// Simulated instances and their status, by cluster and ARN.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> instances_;
  std::map<std::string, Tally> tallies_;
  std::int64_t tokens_ = 0;
};

}  // namespace berth::simulation
