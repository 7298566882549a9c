#include "engine/store/database.h"

#include <sqlite3.h>

#include <utility>

namespace berth::engine {
namespace {

Error error_of(sqlite3* database) { return Error{"store", sqlite3_errmsg(database)}; }

}  // namespace

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_),
      error_(std::move(other.error_)) {}

Query& Query::bind(std::string_view text) & {
  sqlite3_bind_text64(statement_, next_parameter_++, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Query& Query::bind(std::int64_t number) & {
  sqlite3_bind_int64(statement_, next_parameter_++, number);
  return *this;
}

Query& Query::bind(const std::optional<std::int64_t>& number) & {
  if (number) return bind(*number);
  sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

bool Query::next() {
  if (error_) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) error_ = error_of(database_);
  return false;
}

Result<void> Query::run() {
  while (next()) {
  }
  if (error_) return *error_;
  return {};
}

std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) {
    const Error error = handle ? error_of(handle) : Error{"store", "out of memory"};
    return error.while_doing("open " + path);
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 1000);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<void> Database::execute(const std::string& script) {
  if (sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(handle_);
  return {};
}

Result<void> Database::run(std::string_view sql) {
  BERTH_TRY(query, this->query(sql));
  return query.run();
}

Result<Query> Database::query(std::string_view sql) {
  std::string key(sql);
  auto found = statements_.find(key);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
      return error_of(handle_);
    }
    found = statements_.emplace(std::move(key), statement).first;
  }
  return Query(handle_, found->second);
}

}  // namespace berth::engine
