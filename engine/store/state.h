#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/store/database.h"
#include "engine/store/store.h"
#include "scheduler/placement.h"

namespace berth::engine {

/// The inside of Store: the connection, what is held in memory, and how to undo the open transaction there. Only the store's own files
/// include this.
struct Store::State {
  std::unique_ptr<Database> database;
  std::string engine_id;

  // ---- memory ----
  std::map<std::string, Ref<Cluster>> clusters;
  std::map<ServiceKey, Ref<scheduler::Service>> services;
  std::map<std::string, ServiceCounts> service_counts;  ///< by cluster
  std::map<std::string, Ref<scheduler::Instance>> instances;
  std::map<std::string, std::set<std::string>> instances_of_cluster;
  std::map<std::string, Ref<scheduler::Task>> live;
  using Birth = std::pair<Timestamp, std::string>;  ///< when created, id
  std::map<ServiceKey, std::map<Birth, Ref<scheduler::Task>>> live_of_service;
  std::map<std::string, TaskCounts> counts_of_cluster;
  std::map<ServiceKey, TaskCounts> counts_of_service;
  std::map<std::string, TaskCounts> counts_of_instance;
  scheduler::Resources machine;                          ///< see Store::reserved
  std::map<std::string, scheduler::InstanceLoad> loads;  ///< by instance id; without the instance
  std::map<std::pair<std::string, std::string>, Json> documents;
  /// Definitions read or written lately; a copy of the file, emptied when it grows too large.
  mutable std::unordered_map<std::string, Ref<TaskDefinitionRecord>> definitions;

  std::int64_t log_bytes = 0;  ///< see Store::log_tail_bytes

  // ---- the open transaction ----
  bool in_transaction = false;
  bool writing = false;  ///< BEGIN was sent
  std::optional<Error> error;
  std::vector<std::function<void()>> undo;
  Changes pending;

  Changes changes;
  std::int64_t commits = 0;
  std::int64_t fail_at = 0;
  When fail_when = When::before;

  /// Runs a writing statement of the open transaction; remembers its failure.
  template <class... Values>
  void write(std::string_view sql, const Values&... values);
  /// Calls `row(query)` for each row. A failure is logged and ends the rows.
  template <class Row, class... Values>
  void read(std::string_view sql, Row row, const Values&... values) const;
  void note(const Error& failure) const;

  Result<void> migrate(bool durable);
  Result<void> load_memory();
  /// Sets log_bytes to what is in the file, open transaction included.
  void count_log_bytes();

  /// Sets a document in memory, with its indexes; null removes it.
  void set_service(const ServiceKey& key, const Ref<scheduler::Service>& service);
  void set_task(const std::string& id, const Ref<scheduler::Task>& task);
};

template <class... Values>
void Store::State::write(std::string_view sql, const Values&... values) {
  BERTH_CHECK(in_transaction, "the store is written outside a transaction");
  if (error) return;
  if (!writing) {
    if (auto begun = database->run("BEGIN IMMEDIATE"); !begun) {
      error = begun.error();
      return;
    }
    writing = true;
  }
  auto query = database->query(sql);
  if (!query) {
    error = query.error();
    return;
  }
  (query->bind(values), ...);
  if (auto done = query->run(); !done) error = done.error();
}

template <class Row, class... Values>
void Store::State::read(std::string_view sql, Row row, const Values&... values) const {
  auto query = database->query(sql);
  if (!query) return note(query.error());
  (query->bind(values), ...);
  while (query->next()) row(*query);
  if (query->error()) note(*query->error());
}

/// A document of ours; what is in the file came from us, so anything wrong with it is an Error, never an exception.
template <class T>
Result<T> read_document(const std::string& text, Result<T> (*from_json)(const Json&)) {
  auto json = parse_json(text);
  if (!json) return json.error();
  try {
    return from_json(*json);
  } catch (const std::exception& failure) {
    return Error{"store", failure.what()};
  }
}

}  // namespace berth::engine
