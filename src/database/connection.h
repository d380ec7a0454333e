#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "database/dialect.h"
#include "database/options.h"
#include "database/value.h"

namespace sluice::database {

/// What a statement gave. `affected` counts the rows a condition chose, whether or not they changed.
struct Outcome {
  Rows rows;
  std::uint64_t affected = 0;
};

/// One connection to a database: the only place that knows SOCI. Repeats nothing; Database decides that.
///
/// Errors hold neither bound values nor the password. Kinds: closed or timeout if the connection is lost (it is closed
/// then); refused if the database said no (`code` as in failure.h); io if it could not be reached; limit, invalid for
/// what we asked. One thread.
class Connection {
 public:
  explicit Connection(Options options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects, makes the database or the file where it is missing, and settles how the session works.
  [[nodiscard]] Result<void> open();
  void close();
  [[nodiscard]] bool is_open() const;
  /// Whether the other side has closed while nothing was asked. Costs no round trip.
  [[nodiscard]] bool is_dead() const;

  /// Runs one statement of the connection's dialect; `columns` says how many a row of its result has, 0 if it has none.
  [[nodiscard]] Result<Outcome> run(const std::string& statement, const Parameters& parameters, std::size_t columns);

  [[nodiscard]] Dialect dialect() const;
  /// "MetaDB 10.0.0.1:3306/binlog_database"
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Session;
  [[nodiscard]] Result<void> open_mysql(const MySqlAddress& address);
  [[nodiscard]] Result<void> open_sqlite(const SqliteFile& file);
  [[nodiscard]] Result<void> settle(std::initializer_list<const char*> statements);

  Options options_;
  std::string name_;
  std::unique_ptr<Session> session_;
};

}  // namespace sluice::database
