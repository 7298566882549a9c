#include "engine/store/records.h"

#include "api/codec.h"

namespace berth::engine {

Json tags_to_json(const std::vector<scheduler::Tag>& tags) {
  Json json = Json::array();
  for (const scheduler::Tag& tag : tags) json.push_back({{"key", tag.key}, {"value", tag.value}});
  return json;
}

std::vector<scheduler::Tag> tags_from_json(const Json& json) {
  std::vector<scheduler::Tag> tags;
  if (!json.is_array()) return tags;
  for (const Json& tag : json) tags.push_back({tag.value("key", ""), tag.value("value", "")});
  return tags;
}

Json to_json(const Cluster& cluster) {
  Json json{{"name", cluster.name}, {"arn", cluster.arn}, {"status", cluster.status}, {"tags", tags_to_json(cluster.tags)}, {"extra", cluster.extra}};
  if (cluster.created_at) json["createdAt"] = cluster.created_at->time_since_epoch().count();
  return json;
}

Result<Cluster> cluster_from_json(const Json& json) {
  if (!json.is_object()) return Error{"json", "a cluster is not an object"};
  Cluster cluster{.name = json.value("name", ""), .arn = json.value("arn", ""), .status = json.value("status", "ACTIVE")};
  if (json.contains("tags")) cluster.tags = tags_from_json(json["tags"]);
  if (json.contains("extra")) cluster.extra = json["extra"];
  if (json.contains("createdAt")) cluster.created_at = Timestamp(Milliseconds(json["createdAt"].get<std::int64_t>()));
  return cluster;
}

Json to_json(const TaskDefinitionRecord& record) { return {{"definition", api::encode(record.definition)}, {"tags", tags_to_json(record.tags)}}; }

Result<TaskDefinitionRecord> task_definition_from_json(const Json& json) {
  if (!json.is_object() || !json.contains("definition")) return Error{"json", "a task definition's record has no definition"};
  BERTH_TRY(definition, api::decode<api::TaskDefinition>(json["definition"]));
  return TaskDefinitionRecord{.definition = std::move(definition), .tags = tags_from_json(json.value("tags", Json::array()))};
}

Json to_json(const LogTail& tail) {
  Json json = Json::array();
  for (const LogLine& line : tail.lines) json.push_back({line.time.time_since_epoch().count(), line.stream, line.text});
  return json;
}

Result<LogTail> log_tail_from_json(const Json& json) {
  LogTail tail;
  if (!json.is_array()) return Error{"json", "a log tail is not a list"};
  for (const Json& line : json) {
    if (!line.is_array() || line.size() != 3) return Error{"json", "a line of a log tail has not three parts"};
    tail.lines.push_back({Timestamp(Milliseconds(line[0].get<std::int64_t>())), line[1].get<std::string>(), line[2].get<std::string>()});
  }
  return tail;
}

}  // namespace berth::engine
