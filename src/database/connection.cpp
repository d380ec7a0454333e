#include "database/connection.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <soci/into.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/session.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <soci/statement.h>
#include <soci/use.h>

#include "base/file.h"
#include "database/connection_text.h"
#include "database/failure.h"

namespace sluice::database {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int unknown_database = 1049;
// A value, and so a statement, stays below the smallest limit on packets that databases have by default (16 MiB).
constexpr std::size_t value_size_max = std::size_t{4} << 20U;
constexpr std::size_t row_count_max = 1'000'000;
// The client library's clock may be a little ahead of ours.
constexpr std::chrono::milliseconds limit_tolerance{100};
constexpr std::chrono::milliseconds lock_pause{10};

/// A bound value where SOCI can point at it.
struct Bound {
  long long number = 0;
  std::string text;
  soci::indicator indicator = soci::i_ok;
};

bool says_lost(unsigned int code) {
  // Gone away, lost, lost with errno; killed; the server stops; closed after idling. Client library, MariaDB, MySQL.
  constexpr std::array lost = {2006U, 2013U, 2055U, 1927U, 1053U, 4031U};
  return std::find(lost.begin(), lost.end(), code) != lost.end();
}

bool says_unreachable(unsigned int code) {
  return code >= 2000 && code < 3000;
}

/// The exception that is being handled as an error. Never takes SOCI's context: it has the statement's values.
Error caught(Clock::duration elapsed, const Options& options) {
  try {
    throw;
  } catch (const soci::mysql_soci_error& error) {
    const std::string text = fmt::format("{} ({})", error.get_error_message(), error.err_num_);
    const int code = static_cast<int>(error.err_num_);
    if (says_lost(error.err_num_) && elapsed + limit_tolerance >= std::min(options.read_limit, options.connect_limit)) {
      const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
      return {ErrorKind::timeout, fmt::format("no answer within {} ms: {}", waited, text), code};
    }
    if (says_lost(error.err_num_)) return {ErrorKind::closed, "the connection was lost: " + text, code};
    if (says_unreachable(error.err_num_)) return {ErrorKind::io, text, code};
    return {ErrorKind::refused, text, code};
  } catch (const soci::sqlite3_soci_error& error) {
    const std::string text = error.get_error_message();
    const int primary = error.result() & 0xff;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
      return {ErrorKind::timeout, "another holds the file's lock: " + text, code_lock_wait};
    }
    const bool duplicate = text.find("UNIQUE constraint") != std::string::npos;
    if (primary == SQLITE_FULL) return {ErrorKind::limit, text, 0};
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) return {ErrorKind::io, text, 0};
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) return {ErrorKind::corrupt, text, 0};
    return {ErrorKind::refused, text, duplicate ? code_duplicate : 0};
  } catch (const soci::soci_error& error) {
    return {ErrorKind::invalid, error.get_error_message(), 0};
  } catch (const std::exception& error) {
    return {ErrorKind::limit, error.what(), 0};
  }
}

Bound bind(const Value& value) {
  Bound bound;
  if (const auto* number = std::get_if<std::int64_t>(&value)) bound.number = *number;
  if (const auto* text = std::get_if<std::string>(&value)) bound.text = *text;
  if (std::holds_alternative<std::nullptr_t>(value)) bound.indicator = soci::i_null;
  return bound;
}

void take_row(Rows& rows, const std::vector<std::string>& cells, const std::vector<soci::indicator>& indicators) {
  if (rows.size() >= row_count_max) throw std::length_error(fmt::format("more than {} rows", row_count_max));
  std::vector<std::optional<std::string>> row(cells.size());
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (indicators[column] == soci::i_ok) row[column] = cells[column];
  }
  rows.emplace_back(std::move(row));
}

/// Throws what SOCI throws.
Outcome run_statement(soci::session& session, const std::string& text, const Parameters& parameters,
                      std::size_t columns) {
  std::deque<Bound> bound;
  std::vector<std::string> cells(columns);
  std::vector<soci::indicator> indicators(columns, soci::i_null);
  soci::statement statement(session);
  for (const Parameter& parameter : parameters) {
    Bound& value = bound.emplace_back(bind(parameter.value));
    if (std::holds_alternative<std::int64_t>(parameter.value)) {
      statement.exchange(soci::use(value.number, value.indicator, parameter.name));
    } else {
      statement.exchange(soci::use(value.text, value.indicator, parameter.name));
    }
  }
  for (std::size_t column = 0; column < columns; ++column) {
    statement.exchange(soci::into(cells[column], indicators[column]));
  }
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  Outcome outcome;
  bool more = statement.execute(true);
  if (columns == 0) outcome.affected = static_cast<std::uint64_t>(std::max(0LL, statement.get_affected_rows()));
  while (more && columns > 0) {
    take_row(outcome.rows, cells, indicators);
    more = statement.fetch();
  }
  return outcome;
}

}  // namespace

struct Connection::Session {
  soci::session soci;
};

Connection::Connection(Options options) : options_(std::move(options)), name_(display_name(options_)) {}
Connection::~Connection() {
  close();
}

Result<void> Connection::open() {
  close();
  if (auto sound = check(options_); !sound) return sound;
  auto opened = std::holds_alternative<MySqlAddress>(options_.address)
                    ? open_mysql(std::get<MySqlAddress>(options_.address))
                    : open_sqlite(std::get<SqliteFile>(options_.address));
  if (opened) return {};
  close();
  return fail_in(name_, std::move(opened.error()));
}

Result<void> Connection::open_mysql(const MySqlAddress& address) {
  // The client library would do this with the first connection, and not know of two threads that make theirs at once.
  static const bool library_ready = mysql_library_init(0, nullptr, nullptr) == 0;
  if (!library_ready) return fail(ErrorKind::io, "the client library for MySQL's protocol cannot begin");
  const auto started = Clock::now();
  const auto connect = [&](bool with_database) -> Result<void> {
    try {
      session_ = std::make_unique<Session>();
      session_->soci.open(soci::mysql, connection_string(options_, address, with_database));
      return {};
    } catch (...) {
      session_.reset();
      Error error = caught(Clock::now() - started, options_);
      return fail(error.kind == ErrorKind::closed ? ErrorKind::io : error.kind, "cannot connect: " + error.message,
                  error.code);
    }
  };
  auto connected = connect(true);
  if (!connected && connected.error().code == unknown_database) {
    if (connected = connect(false); !connected) return connected;
    const std::string make = fmt::format(
        "CREATE DATABASE IF NOT EXISTS `{}` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", address.database);
    if (auto made = settle({make.c_str()}); !made) {
      return fail_in("cannot make the database; make it, or let the account do so", std::move(made.error()));
    }
    connected = connect(true);
  }
  if (!connected) return connected;
  // Read committed: a transaction that failed a condition looks again and sees why. Strict: nothing is cut to fit.
  return settle({"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET SESSION sql_mode = 'STRICT_ALL_TABLES'",
                 "SET SESSION autocommit = 1"});
}

Result<void> Connection::open_sqlite(const SqliteFile& file) {
  // It holds hashes of passwords; SQLite gives its other files the same mode.
  if (auto made = open_file(file.path, O_RDWR | O_CREAT, 0600); !made) return std::unexpected(made.error());
  try {
    session_ = std::make_unique<Session>();
    session_->soci.open(soci::sqlite3, file.path.string());
  } catch (...) {
    session_.reset();
    return std::unexpected(caught({}, options_));
  }
  const std::string patience = fmt::format("PRAGMA busy_timeout = {}", options_.read_limit.count() * 1000);
  // Of two that open a new file at once SQLite does not let one wait with changing its journal, but says it is locked.
  const auto deadline = Clock::now() + options_.read_limit;
  while (true) {
    auto settled = settle({patience.c_str(), "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"});
    if (settled || settled.error().code != code_lock_wait || Clock::now() >= deadline) return settled;
    std::this_thread::sleep_for(lock_pause);
  }
}

Result<void> Connection::settle(std::initializer_list<const char*> statements) {
  const auto started = Clock::now();
  try {
    for (const char* statement : statements) {
      run_statement(session_->soci, statement, {}, 0);
    }
    return {};
  } catch (...) {
    return std::unexpected(caught(Clock::now() - started, options_));
  }
}

void Connection::close() {
  session_.reset();
}

bool Connection::is_open() const {
  return session_ != nullptr;
}

bool Connection::is_dead() const {
  if (session_ == nullptr || dialect() != Dialect::mysql) return false;
  const auto* backend = static_cast<soci::mysql_session_backend*>(session_->soci.get_backend());
  // Nothing was asked, so whatever has come is a farewell.
  pollfd socket{static_cast<int>(mysql_get_socket(backend->conn_)), POLLIN | POLLRDHUP, 0};
  return ::poll(&socket, 1, 0) != 0;
}

Result<Outcome> Connection::run(const std::string& statement, const Parameters& parameters, std::size_t columns) {
  if (session_ == nullptr) return fail(ErrorKind::closed, name_ + ": there is no connection");
  for (const Parameter& parameter : parameters) {
    const auto* text = std::get_if<std::string>(&parameter.value);
    if (text != nullptr && text->size() > value_size_max) {
      return fail(ErrorKind::limit, fmt::format("{}: the value of '{}' has {} bytes, {} is the limit", name_,
                                                parameter.name, text->size(), value_size_max));
    }
  }
  const auto started = Clock::now();
  try {
    return run_statement(session_->soci, statement, parameters, columns);
  } catch (...) {
    Error error = caught(Clock::now() - started, options_);
    // A connection the client library failed on in whatever way is not asked again.
    const bool usable = error.kind == ErrorKind::refused || dialect() == Dialect::sqlite;
    if (!usable) close();
    return fail_in(name_, std::move(error));
  }
}

Dialect Connection::dialect() const {
  return std::holds_alternative<MySqlAddress>(options_.address) ? Dialect::mysql : Dialect::sqlite;
}

}  // namespace sluice::database
