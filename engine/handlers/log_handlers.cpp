#include "engine/handlers/log_handlers.h"

#include <fmt/format.h>

#include "api/codec.h"
#include "engine/handlers/output.h"
#include "engine/handlers/resolve.h"

namespace berth::engine {
namespace {

/// Streams that one request reads at most; CloudWatch Logs has the same limit for streams that are named.
constexpr std::size_t kMostStreams = 100;
constexpr std::int64_t kMostEvents = 10'000;
constexpr std::int64_t kTailLines = 50;

Error no_such(const char* what) { return {"ResourceNotFoundException", fmt::format("The specified log {} does not exist.", what)}; }

/// The group's name, or the name in its ARN.
Result<std::string> group_name(const std::optional<std::string>& name, const std::optional<std::string>& identifier) {
  if (name && !name->empty()) return *name;
  if (!identifier || identifier->empty()) return invalid_parameter("logGroupName or logGroupIdentifier must be given.");
  const std::size_t mark = identifier->find(":log-group:");
  if (mark == std::string::npos) return *identifier;
  std::string group = identifier->substr(mark + 11);
  if (group.size() > 2 && group.compare(group.size() - 2, 2, ":*") == 0) group.resize(group.size() - 2);
  return group;
}

std::int64_t milliseconds(const std::optional<Timestamp>& time) { return time ? time->time_since_epoch().count() : 0; }

std::optional<OutputSource> source_of(const Store& store, const LogStreamRecord& record) {
  const Ref<scheduler::Task> task = store.task(record.task_id);
  if (!task) return std::nullopt;
  const scheduler::Container* container = scheduler::find_container(*task, record.container);
  if (!container) return std::nullopt;
  return output_source(*task, *container, record.stream, store.log_tail(record.task_id, record.container));
}

std::optional<Timestamp> timestamp(const std::optional<std::int64_t>& milliseconds_since_epoch) {
  if (!milliseconds_since_epoch) return std::nullopt;
  return Timestamp(Milliseconds(*milliseconds_since_epoch));
}

/// "f/CURSOR" and "b/CURSOR": where to go on, forward or backward.
Result<OutputCursor> cursor_of(const std::string& token, char& direction) {
  const auto cursor = token.size() > 2 && token[1] == '/' ? parse_output_cursor(token.substr(2)) : std::nullopt;
  if (!cursor || (token[0] != 'f' && token[0] != 'b')) return invalid_parameter("The specified nextToken is invalid.");
  direction = token[0];
  return *cursor;
}

Result<OutputReader> get_log_events(Call& call, const Json& body) {
  BERTH_TRY(request, api::decode<api::GetLogEventsRequest>(body));
  if (auto text = api::violation(request)) return invalid_parameter(std::move(*text));
  BERTH_TRY(group, group_name(request.log_group_name, request.log_group_identifier));
  const auto record = call.store.log_stream(group, *request.log_stream_name);
  if (!record) return no_such(call.store.log_streams(group, "", "", 1).empty() ? "group" : "stream");
  char direction = request.start_from_head.value_or(false) ? 'f' : 'b';
  std::optional<OutputCursor> cursor;
  if (request.next_token) {
    BERTH_TRY(given, cursor_of(*request.next_token, direction));
    cursor = given;
  }
  const auto source = source_of(call.store, *record);
  const LogQuery limits{.name = "", .since = timestamp(request.start_time), .until = timestamp(request.end_time), .limit = kMostEvents};
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kMostEvents));
  return OutputReader([source, limits, limit, cursor, direction](ContainerDriver& driver) -> Result<Json> {
    std::vector<LogLine> lines;
    if (source) {
      BERTH_TRY(read, read_output(driver, *source, limits));
      lines = std::move(read);
    }
    const std::vector<OutputEvent> events = events_of("", lines);
    std::size_t begin = 0;
    std::size_t end = events.size();
    if (direction == 'f') {
      begin = cursor ? index_of(events, *cursor) : 0;
      end = std::min(events.size(), begin + limit);
    } else {
      end = cursor ? index_of(events, *cursor) : events.size();
      begin = end > limit ? end - limit : 0;
    }
    api::GetLogEventsResponse response;
    response.events.emplace();
    for (std::size_t i = begin; i < end; ++i) {
      response.events->push_back({.timestamp = events[i].time, .message = events[i].text, .ingestion_time = events[i].time});
    }
    response.next_forward_token = "f/" + print(cursor_at(events, end));
    response.next_backward_token = "b/" + print(cursor_at(events, begin));
    return api::encode(response);
  });
}

/// Distinguishes an event within its group, and sorts like it.
std::string event_id(const OutputEvent& event) {
  return fmt::format("{:014}{:06}{}", event.time, event.repeat, hash_of(Json(event.stream)).substr(0, 16));
}

Result<OutputReader> filter_log_events(Call& call, const Json& body) {
  BERTH_TRY(request, api::decode<api::FilterLogEventsRequest>(body));
  if (auto text = api::violation(request)) return invalid_parameter(std::move(*text));
  BERTH_TRY(group, group_name(request.log_group_name, request.log_group_identifier));
  const auto terms = parse_filter_pattern(request.filter_pattern.value_or(""));
  if (!terms) return invalid_parameter("This engine honours filter patterns of plain terms only.");
  std::optional<OutputCursor> cursor;
  if (request.next_token) {
    cursor = parse_output_cursor(*request.next_token);
    if (!cursor) return invalid_parameter("The specified nextToken is invalid.");
  }
  std::vector<LogStreamRecord> records;
  if (request.log_stream_names && !request.log_stream_names->empty()) {
    for (const std::string& stream : *request.log_stream_names) {
      const auto record = call.store.log_stream(group, stream);
      if (!record) return no_such("stream");
      records.push_back(*record);
    }
  } else {
    records = call.store.newest_log_streams(group, request.log_stream_name_prefix.value_or(""), kMostStreams);
    if (records.empty() && call.store.log_streams(group, "", "", 1).empty()) return no_such("group");
  }
  std::vector<OutputSource> sources;
  for (const LogStreamRecord& record : records) {
    if (auto source = source_of(call.store, record)) sources.push_back(std::move(*source));
  }
  LogQuery limits{.name = "", .since = timestamp(request.start_time), .until = timestamp(request.end_time), .limit = kMostEvents};
  if (cursor && (!limits.since || milliseconds(limits.since) < cursor->time)) limits.since = timestamp(cursor->time);
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kMostEvents));
  return OutputReader([sources, limits, limit, cursor, terms](ContainerDriver& driver) -> Result<Json> {
    std::vector<OutputEvent> events;
    api::FilterLogEventsResponse response;
    response.events.emplace();
    response.searched_log_streams.emplace();
    for (const OutputSource& source : sources) {
      BERTH_TRY(lines, read_output(driver, source, limits));
      for (OutputEvent& event : events_of(source.stream, lines)) {
        if (matches(event.text, *terms)) events.push_back(std::move(event));
      }
    }
    sort_events(events);
    const std::size_t begin = cursor ? index_of(events, *cursor) : 0;
    const std::size_t end = std::min(events.size(), begin + limit);
    for (std::size_t i = begin; i < end; ++i) {
      response.events->push_back({.log_stream_name = events[i].stream,
                                  .timestamp = events[i].time,
                                  .message = events[i].text,
                                  .ingestion_time = events[i].time,
                                  .event_id = event_id(events[i])});
    }
    if (end < events.size()) response.next_token = print(cursor_at(events, end));
    return api::encode(response);
  });
}

Result<OutputReader> task_logs(Call& call, const Json& body) {
  BERTH_TRY(request, api::decode<api::TaskLogsRequest>(body));
  if (auto text = api::violation(request)) return invalid_parameter(std::move(*text));
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(id, local_name(call, *request.task, "task", cluster->name));
  const Ref<scheduler::Task> task = call.store.task(id);
  if (!task || task->cluster_arn != cluster->arn) return invalid_parameter("The referenced task was not found.");
  if (request.container && !scheduler::find_container(*task, *request.container)) return invalid_parameter("The task has no container of this name.");
  std::vector<OutputSource> sources;
  for (const scheduler::Container& container : task->containers) {
    if (request.container && container.name != *request.container) continue;
    sources.push_back(output_source(*task, container, "", call.store.log_tail(task->id, container.name)));
  }
  const LogQuery limits{.name = "", .since = {}, .until = {}, .limit = static_cast<std::size_t>(request.tail.value_or(kTailLines))};
  return OutputReader([task, sources, limits](ContainerDriver& driver) -> Result<Json> {
    api::TaskLogsResponse response{.task_arn = task->arn};
    response.containers.emplace();
    for (const OutputSource& source : sources) {
      const scheduler::Container* container = scheduler::find_container(*task, source.container);
      api::TaskLogsContainer shown{.name = source.container};
      if (container->exit_code) shown.exit_code = *container->exit_code;
      if (!container->reason.empty()) shown.reason = container->reason;
      shown.started_at = container->started_at;
      shown.finished_at = container->finished_at;
      if (container->restart_count > 0) shown.restart_count = container->restart_count;
      if (const auto& run = container->failed_check) {
        shown.failed_check = {.exit_code = run->exit_code, .output = run->output, .timestamp = run->at};
      }
      BERTH_TRY(lines, read_output(driver, source, limits));
      shown.lines.emplace();
      for (const LogLine& line : lines) shown.lines->push_back({.timestamp = line.time, .stream = line.stream, .text = line.text});
      response.containers->push_back(std::move(shown));
    }
    return api::encode(response);
  });
}

}  // namespace

Result<api::DescribeLogGroupsResponse> describe_log_groups(Call& call, const api::DescribeLogGroupsRequest& request) {
  if (request.log_group_name_pattern && !request.log_group_name_pattern->empty()) return unsupported("logGroupNamePattern");
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.limit, 50);
  auto groups = call.store.log_groups(request.log_group_name_prefix.value_or(""), cursor, size + 1);
  api::DescribeLogGroupsResponse response;
  response.next_token = cut_page(groups, size, [](const std::string& group) { return group; });
  response.log_groups.emplace();
  for (const std::string& group : groups) {
    const std::string arn = call.config.arns.log_group(group);
    response.log_groups->push_back({.log_group_name = group, .arn = arn + ":*", .log_group_arn = arn});
  }
  return response;
}

Result<api::DescribeLogStreamsResponse> describe_log_streams(Call& call, const api::DescribeLogStreamsRequest& request) {
  BERTH_TRY(group, group_name(request.log_group_name, request.log_group_identifier));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.limit, 50);
  const std::string prefix = request.log_stream_name_prefix.value_or("");
  api::DescribeLogStreamsResponse response;
  std::vector<LogStreamRecord> records;
  if (request.order_by == "LastEventTime") {
    // Newest first is what this order is asked for; a stream's creation stands for its last event.
    records = call.store.newest_log_streams(group, prefix, size);
    if (!request.descending.value_or(false)) std::reverse(records.begin(), records.end());
  } else {
    if (request.descending.value_or(false)) return unsupported("descending order by name");
    records = call.store.log_streams(group, prefix, cursor, size + 1);
    response.next_token = cut_page(records, size, [](const LogStreamRecord& record) { return record.stream; });
  }
  if (records.empty() && call.store.log_streams(group, "", "", 1).empty()) return no_such("group");
  response.log_streams.emplace();
  for (const LogStreamRecord& record : records) {
    response.log_streams->push_back({.log_stream_name = record.stream,
                                     .arn = call.config.arns.log_stream(group, record.stream),
                                     .creation_time = milliseconds(record.created_at)});
  }
  return response;
}

const std::map<std::string_view, OutputHandler>& output_handlers() {
  static const std::map<std::string_view, OutputHandler> kHandlers{
      {api::op::GetLogEvents::kTarget, get_log_events},
      {api::op::FilterLogEvents::kTarget, filter_log_events},
      {api::op::TaskLogs::kTarget, task_logs},
  };
  return kHandlers;
}

}  // namespace berth::engine
