#include "database/database.h"

#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/assert.h"
#include "base/random.h"
#include "database/connection.h"
#include "database/failure.h"

namespace sluice::database {
namespace {

constexpr int deadlock_tries = 5;

enum class IfLost : std::uint8_t { repeat, give_up };

// Those who met must not meet again: a random part, longer with each try.
void pause_after_deadlock(int tries) {
  std::uint8_t random = 0;
  fill_random({&random, 1});
  std::this_thread::sleep_for(std::chrono::milliseconds(5 + random % (20 * tries)));
}

bool is_lost(const Error& error) {
  return error.kind == ErrorKind::closed || (error.kind == ErrorKind::timeout && error.code != code_lock_wait);
}

}  // namespace

struct Database::State {
  explicit State(Options options) : connection(std::move(options)) {}

  [[nodiscard]] bool is_connected() const { return connection.is_open() && !connection.is_dead(); }

  Result<void> ensure_open() { return is_connected() ? Result<void>() : connection.open(); }

  Result<Outcome> run(const std::string& statement, const Parameters& parameters, std::size_t columns, IfLost if_lost) {
    if (in_transaction) {
      ++statements;
      return connection.run(statement, parameters, columns);
    }
    for (bool again = false;; again = true) {
      if (auto opened = ensure_open(); !opened) return std::unexpected(std::move(opened.error()));
      ++statements;
      auto outcome = connection.run(statement, parameters, columns);
      if (outcome || !is_lost(outcome.error())) return outcome;
      if (if_lost == IfLost::give_up) {
        outcome.error().message += "; whether the change was made is not known";
        return outcome;
      }
      // A database that let us wait to the end of our patience is not asked a second time.
      if (again || outcome.error().kind == ErrorKind::timeout) return outcome;
    }
  }

  Result<Outcome> run_despite_deadlocks(const std::string& statement, const Parameters& parameters) {
    for (int tries = 1;; ++tries) {
      auto outcome = run(statement, parameters, 0, IfLost::give_up);
      if (outcome || in_transaction || !is_deadlock(outcome.error()) || tries == deadlock_tries) return outcome;
      pause_after_deadlock(tries);
    }
  }

  Result<void> begin() {
    const char* statement = connection.dialect() == Dialect::mysql ? "START TRANSACTION" : "BEGIN IMMEDIATE";
    auto begun = run(statement, {}, 0, IfLost::repeat);
    if (!begun) return std::unexpected(std::move(begun.error()));
    return {};
  }

  Result<void> commit() {
    ++statements;
    auto done = connection.run("COMMIT", {}, 0);
    if (done) return {};
    if (is_lost(done.error())) done.error().message += "; whether the transaction was made is not known";
    return std::unexpected(std::move(done.error()));
  }

  void roll_back() {
    if (!connection.is_open()) return;
    ++statements;
    // What cannot be rolled back by asking is rolled back by leaving.
    if (!connection.run("ROLLBACK", {}, 0)) connection.close();
  }

  Connection connection;
  bool in_transaction = false;
  std::atomic<std::uint64_t> statements = 0;
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Result<Database> Database::open(Options options) {
  Database database = unconnected(std::move(options));
  if (auto connected = database.connect(); !connected) return std::unexpected(std::move(connected.error()));
  return database;
}

Database Database::unconnected(Options options) {
  return Database(std::make_unique<State>(std::move(options)));
}

Result<void> Database::connect() {
  return state_->ensure_open();
}

bool Database::is_connected() const {
  return state_->is_connected();
}

Result<Rows> Database::select(std::initializer_list<std::string_view> columns, std::string_view rest,
                              const Parameters& parameters) {
  const std::string statement = fmt::format("SELECT {} {}", fmt::join(columns, ", "), rest);
  auto outcome = state_->run(in_dialect(statement, dialect()), parameters, columns.size(), IfLost::repeat);
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return std::move(outcome->rows);
}

Result<std::uint64_t> Database::write(std::string_view statement, const Parameters& parameters) {
  auto outcome = state_->run_despite_deadlocks(in_dialect(statement, dialect()), parameters);
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return outcome->affected;
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  SLUICE_ASSERT(!state_->in_transaction);
  for (int tries = 1;; ++tries) {
    if (auto begun = state_->begin(); !begun) return begun;
    state_->in_transaction = true;
    auto done = work();
    if (done) done = state_->commit();
    state_->in_transaction = false;
    if (done) return {};
    state_->roll_back();
    if (!is_deadlock(done.error()) || tries == deadlock_tries) return done;
    pause_after_deadlock(tries);
  }
}

Result<void> Database::join_transaction(const std::function<Result<void>()>& work) {
  return state_->in_transaction ? work() : transaction(work);
}

Result<std::int64_t> Database::now() {
  auto rows = select({"{now}"}, "");
  if (!rows) return std::unexpected(std::move(rows.error()));
  return rows->front().number(0);
}

Dialect Database::dialect() const {
  return state_->connection.dialect();
}

const std::string& Database::name() const {
  return state_->connection.name();
}

std::uint64_t Database::statement_count() const {
  return state_->statements;
}

}  // namespace sluice::database
