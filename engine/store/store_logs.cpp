#include "engine/store/state.h"

// Where containers' output is found, and the last lines of those that are gone.
namespace berth::engine {
namespace {

LogStreamRecord stream_of(const Query& query) {
  LogStreamRecord record{.group = query.text(0), .stream = query.text(1), .task_id = query.text(2), .container = query.text(3)};
  if (!query.is_null(4)) record.created_at = Timestamp(Milliseconds(query.number(4)));
  return record;
}

/// Sorts after every text that begins with `prefix`: the byte 0xff is not in UTF-8.
std::string end_of(const std::string& prefix) { return prefix + "\xff"; }

}  // namespace

void Store::put_log_stream(const LogStreamRecord& record) {
  std::optional<std::int64_t> created;
  if (record.created_at) created = record.created_at->time_since_epoch().count();
  state_->write(
      "INSERT INTO log_streams (log_group, stream, task_id, container, created_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET task_id=excluded.task_id, container=excluded.container, created_at=excluded.created_at",
      record.group, record.stream, record.task_id, record.container, created);
}

std::optional<LogStreamRecord> Store::log_stream(const std::string& group, const std::string& stream) const {
  std::optional<LogStreamRecord> record;
  state_->read(
      "SELECT log_group, stream, task_id, container, created_at FROM log_streams WHERE log_group = ? AND stream = ?",
      [&](const Query& query) { record = stream_of(query); }, group, stream);
  return record;
}

std::vector<std::string> Store::log_groups(const std::string& prefix, const std::string& after, std::size_t limit) const {
  // Skips from group to group instead of reading all streams.
  std::vector<std::string> groups;
  std::string from = after;
  while (groups.size() < limit) {
    std::optional<std::string> next;
    state_->read(
        "SELECT log_group FROM log_streams WHERE log_group > ? AND log_group >= ? AND log_group < ? ORDER BY log_group LIMIT 1",
        [&](const Query& query) { next = query.text(0); }, from, prefix, end_of(prefix));
    if (!next) break;
    groups.push_back(*next);
    from = *next;
  }
  return groups;
}

std::vector<LogStreamRecord> Store::log_streams(const std::string& group, const std::string& prefix, const std::string& after,
                                                std::size_t limit) const {
  std::vector<LogStreamRecord> records;
  state_->read(
      "SELECT log_group, stream, task_id, container, created_at FROM log_streams "
      "WHERE log_group = ? AND stream >= ? AND stream < ? AND stream > ? ORDER BY stream LIMIT ?",
      [&](const Query& query) { records.push_back(stream_of(query)); }, group, prefix, end_of(prefix), after, static_cast<std::int64_t>(limit));
  return records;
}

std::vector<LogStreamRecord> Store::newest_log_streams(const std::string& group, const std::string& prefix, std::size_t limit) const {
  std::vector<LogStreamRecord> records;
  state_->read(
      "SELECT log_group, stream, task_id, container, created_at FROM log_streams "
      "WHERE log_group = ? AND stream >= ? AND stream < ? ORDER BY created_at DESC, stream LIMIT ?",
      [&](const Query& query) { records.push_back(stream_of(query)); }, group, prefix, end_of(prefix), static_cast<std::int64_t>(limit));
  return records;
}

void Store::State::count_log_bytes() {
  const std::int64_t before = log_bytes;
  read("SELECT COALESCE(SUM(bytes), 0) FROM log_tails", [&](const Query& query) { log_bytes = query.number(0); });
  if (in_transaction) undo.push_back([this, before] { log_bytes = before; });
}

void Store::put_log_tail(const std::string& task_id, const std::string& container, const LogTail& tail, Timestamp now) {
  const std::string lines = canonical_json(to_json(tail));
  const auto bytes = static_cast<std::int64_t>(lines.size());
  std::int64_t replaced = 0;
  state_->read("SELECT bytes FROM log_tails WHERE task_id = ? AND container = ?", [&](const Query& query) { replaced = query.number(0); }, task_id, container);
  state_->write(
      "INSERT INTO log_tails (task_id, container, lines, bytes, kept_at) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET lines=excluded.lines, bytes=excluded.bytes, kept_at=excluded.kept_at",
      task_id, container, lines, bytes, now.time_since_epoch().count());
  state_->undo.push_back([state = state_.get(), before = state_->log_bytes] { state->log_bytes = before; });
  state_->log_bytes += bytes - replaced;
}

std::int64_t Store::log_tail_bytes() const { return state_->log_bytes; }

void Store::prune_log_tails(std::int64_t bytes) {
  if (state_->log_bytes <= bytes) return;
  // A tenth more than needed, so that not every new tail begins this anew.
  std::int64_t excess = state_->log_bytes - bytes / 10 * 9;
  std::vector<std::int64_t> oldest;
  state_->read("SELECT rowid, bytes FROM log_tails ORDER BY kept_at, bytes, rowid", [&](const Query& query) {
    if (excess <= 0) return;
    oldest.push_back(query.number(0));
    excess -= query.number(1);
  });
  for (const std::int64_t row : oldest) state_->write("DELETE FROM log_tails WHERE rowid = ?", row);
  state_->count_log_bytes();
}

std::optional<LogTail> Store::log_tail(const std::string& task_id, const std::string& container) const {
  std::optional<LogTail> tail;
  state_->read(
      "SELECT lines FROM log_tails WHERE task_id = ? AND container = ?",
      [&](const Query& query) {
        auto value = read_document(query.text(0), log_tail_from_json);
        if (value) {
          tail = std::move(*value);
        } else {
          state_->note(value.error());
        }
      },
      task_id, container);
  return tail;
}

}  // namespace berth::engine
