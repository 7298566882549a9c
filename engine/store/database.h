#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace berth::engine {

/// A prepared statement that is being run: binds its parameters, steps through its rows, and is reset when it goes. Only one run of a statement
/// at a time.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Query();
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// The next parameter.
  Query& bind(std::string_view text) &;
  Query& bind(std::int64_t number) &;
  Query& bind(const std::optional<std::int64_t>& number) &;

  /// True while there is a row. A failure ends the rows and stays in `error`.
  bool next();
  /// Runs a statement without rows.
  Result<void> run();
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  std::optional<Error> error_;
};

/// One SQLite connection with its prepared statements. The only files that know sqlite3 are this and database.cpp.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a script.
  Result<void> execute(const std::string& script);
  /// `sql` is a constant text: it is prepared once and kept.
  [[nodiscard]] Result<Query> query(std::string_view sql);
  /// The same for one that gives no rows, like `COMMIT`.
  Result<void> run(std::string_view sql);

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace berth::engine
