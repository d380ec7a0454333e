#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::answers {

/// Who is connected, as far as SQL needs to know (CONNECTION_ID(), USER(), DATABASE()).
struct SqlClient {
  std::uint32_t connection_id = 0;
  std::string user{};
  std::string host{};      ///< address without port
  std::string database{};  ///< chosen at log-in, empty for none
  bool tls = false;
  std::string tls_version{};  ///< "TLSv1.3"; empty without TLS
  std::string tls_cipher{};
  bool admin = false;        ///< may change parameters, end connections and purge the log
  bool interactive = false;  ///< says that a person uses it: interactive_timeout holds
};

/// "No" to a statement, as the client is told: ERROR 1064 (42000): You have an error ...
struct SqlError {
  std::uint16_t code = 1105;
  std::string state = "HY000";  ///< five characters
  std::string message;
};

/// Success without rows.
struct SqlOk {
  std::uint64_t affected_rows = 0;
  std::uint16_t warnings = 0;
  std::string info;
};

/// One column of an answer. Values are always given as text; the type says how they travel in the binary protocol of
/// prepared statements, and what the client makes of them.
struct SqlColumn {
  enum class Type : std::uint8_t {
    text,              ///< VARCHAR, utf8mb4
    integer,           ///< BIGINT: "-5"
    unsigned_integer,  ///< BIGINT UNSIGNED: "5"
    real,              ///< DOUBLE: "1.5"
  };
  std::string name;
  Type type = Type::text;
};

/// An answer with rows, whole in memory: whoever makes it limits it (16 MiB is plenty). A value without content is
/// NULL. Every row has as many values as there are columns, and there is at least one column.
struct SqlRows {
  std::vector<SqlColumn> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// No answer yet: the statement is to be carried out again, as it was, when `over` is true, `until` has passed or it
/// was interrupted, and at the latest then has its answer or something else to wait for.
struct SqlWait {
  std::function<bool()> over;  ///< quick; may change when the log grows and when `wake` is called
  std::chrono::steady_clock::time_point until{};
  /// To be called once with a function that any thread may call any time later; may be empty.
  std::function<void(std::function<void()> wake)> begin{};
};

using StatementResult = std::variant<SqlOk, SqlError, SqlRows, SqlWait>;

/// The value of a prepared statement's parameter; dates and times come as text. No content is NULL.
using SqlParameter = std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string>;

struct SqlPrepared {
  std::uint32_t id = 0;  ///< never 0, unique in the session
  std::uint16_t parameter_count = 0;
};

/// The SQL side of one connection: its statements, user variables, current database and prepared statements. Knows
/// nothing of sockets.
///
/// One thread at a time (the connection's I/O thread or a worker), except cancel(). Statements come as the client sent
/// them, at most 1 MiB, in any bytes. Nothing here throws.
class SqlSession {
 public:
  virtual ~SqlSession() = default;

  /// Whether this statement may block: on the tenant database, or the disk. Those run on a worker thread, all others on
  /// the I/O thread, so they have to be quick. Never blocks itself.
  [[nodiscard]] virtual bool may_block(std::string_view sql) const = 0;
  [[nodiscard]] virtual bool may_block_prepared(std::uint32_t id) const = 0;

  [[nodiscard]] virtual StatementResult execute(std::string_view sql) = 0;

  /// COM_STMT_PREPARE; quick. The statement's own limits apply: too many prepared statements is error 1461.
  [[nodiscard]] virtual std::expected<SqlPrepared, SqlError> prepare(std::string_view sql) = 0;
  /// `parameters` has exactly parameter_count values. An id that is not prepared is error 1243.
  [[nodiscard]] virtual StatementResult execute_prepared(std::uint32_t id,
                                                         std::span<const SqlParameter> parameters) = 0;
  /// COM_STMT_CLOSE; an unknown id is ignored.
  virtual void close_prepared(std::uint32_t id) = 0;

  /// COM_INIT_DB; quick. Error 1049 if the name cannot be a database.
  [[nodiscard]] virtual StatementResult use_database(std::string_view name) = 0;

  /// COM_RESET_CONNECTION: forgets user variables and prepared statements; the database stays.
  virtual void reset() = 0;
  /// COM_CHANGE_USER: as reset(), and the client is another one from now on.
  virtual void change_client(const SqlClient& client) = 0;

  /// The value of a user variable as text; `name` in lower case, without "@". Nothing if it was never set or is NULL.
  /// The dump asks for master_binlog_checksum, master_heartbeat_period, slave_uuid and their source_/replica_
  /// namesakes.
  [[nodiscard]] virtual std::optional<std::string> user_variable(std::string_view name) const = 0;

  /// How long the connection may be idle: its wait_timeout.
  [[nodiscard]] virtual std::chrono::milliseconds idle_timeout() const = 0;

  /// Any thread. The client is gone or the server stops: a statement under way ends soon, with error 1317, and so do
  /// later ones.
  virtual void cancel() = 0;
  /// Any thread. Whether what runs or waits is to end.
  [[nodiscard]] virtual bool interrupted() const = 0;

  /// Any thread. Ends a statement under way soon, with error 1317; later ones run.
  virtual void interrupt() = 0;
};

/// Makes the SQL side of a new connection, after log-in. Any I/O thread.
using SqlSessionFactory = std::function<std::unique_ptr<SqlSession>(const SqlClient& client)>;

}  // namespace sluice::answers
