#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "database/dialect.h"
#include "database/options.h"
#include "database/value.h"

namespace sluice::database {

class Connection;

/// The database as one thread sees it: one connection, kept open, connected again when it was lost.
///
/// Statements are written once for both kinds, with the placeholders of dialect.h and bound values as `:name`. They
/// have no host's time in them: {now} is the database's.
///
/// A lost connection: one that the database closed while it idled is replaced before the next statement, and that goes
/// unseen. What was lost on its way is repeated once where that is harmless (select, the begin of a transaction);
/// a lost write or commit is an error of kind closed or timeout which says that the outcome is not known. The next call
/// connects again. Deadlocks, of single writes as of transactions, are tried again a few times.
///
/// Errors name the database and the cause, never the password nor a bound value. Every wait is limited (Options).
/// One thread at a time; statement_count() from any.
class Database {
 public:
  /// Connects. The schema is not looked at: see migrate().
  [[nodiscard]] static Result<Database> open(Options options);
  /// One that connects when it is first asked something, and is there while the database is away.
  [[nodiscard]] static Database unconnected(Options options);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Connects, if it is not connected. Other calls do so by themselves; this one tells that failure apart.
  [[nodiscard]] Result<void> connect();
  /// As far as can be seen without asking the database.
  [[nodiscard]] bool is_connected() const;

  /// Runs "SELECT columns rest". All rows are held in memory: put a LIMIT where the number has none by itself.
  [[nodiscard]] Result<Rows> select(std::initializer_list<std::string_view> columns, std::string_view rest,
                                    const Parameters& parameters = {});

  /// Runs a statement that gives no rows. Returns the number of rows it inserted, deleted, or whose condition it found
  /// true: with a conditional update 1 means "I won", 0 "another did".
  [[nodiscard]] Result<std::uint64_t> write(std::string_view statement, const Parameters& parameters = {});

  /// Runs `work` in a transaction: committed if it gives no error, else rolled back and the error returned. `work` runs
  /// again after a deadlock, so it keeps nothing of an earlier run. Transactions do not nest. The write lock of an
  /// SQLite file is taken at the begin.
  [[nodiscard]] Result<void> transaction(const std::function<Result<void>()>& work);
  /// The same; but if a transaction runs already `work` becomes a part of it, and an error of it has to be passed on.
  [[nodiscard]] Result<void> join_transaction(const std::function<Result<void>()>& work);

  /// The database's time: microseconds since 1970.
  [[nodiscard]] Result<std::int64_t> now();

  [[nodiscard]] Dialect dialect() const;
  [[nodiscard]] const std::string& name() const;
  /// Statements sent so far, begin and commit included, those that settle a new connection not.
  [[nodiscard]] std::uint64_t statement_count() const;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::database
