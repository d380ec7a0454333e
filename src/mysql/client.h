#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/greeting.h"
#include "mysql/handshake_response.h"
#include "mysql/interruption.h"
#include "mysql/packet.h"
#include "mysql/response.h"
#include "mysql/result_set.h"
#include "mysql/tls_options.h"

namespace sluice::mysql {

/// Where and how to log in.
struct ClientOptions {
  std::string role = "source";  ///< what messages call the server: "source 127.0.0.1:3306: ..."
  std::string address;          ///< see parse_server_address
  std::string user;
  std::string password;
  std::string database;  ///< empty: none
  TlsOptions tls;
  /// Whether to ask a server without TLS for its RSA key and send the password encrypted with it. Someone in between
  /// could give another key and learn the password.
  bool public_key_request = true;
  /// Sent besides program_name, _client_name, _client_version, _os, _platform and _pid to servers that want such.
  ConnectionAttributes attributes;
  std::chrono::milliseconds connect_deadline{10'000};  ///< for all of connect(), name resolution to login
  std::chrono::milliseconds answer_deadline{60'000};   ///< for all of one query() or execute()
  std::size_t receive_buffer_size = std::size_t{1} << 20U;
};

/// What a query gave: as text, NULL without content.
struct QueryResult {
  std::vector<std::string> columns;
  std::vector<ColumnType> types;  ///< of each column
  std::vector<Row> rows;
  Ok ok;  ///< what the server said to a statement without result
};

inline constexpr std::size_t query_result_size_max = std::size_t{16} << 20U;

/// A blocking client of a MySQL or MariaDB server, made for one job's thread: capture, or a question to the source.
///
/// Knows mysql_native_password and caching_sha2_password. Speaks utf8mb4. Errors name the server and hold no secret.
/// Kinds: refused, or io for what passes by itself, where the server said no (`code` is MySQL's number); timeout;
/// closed if the server ended the connection or the interruption was requested; io for the network; invalid for bytes
/// that make no sense; unsupported. After an error of connect(), and of query() or execute() unless the server itself
/// said no, the connection is closed; is_open() tells.
///
/// One thread, but for interrupt().
class Client {
 public:
  /// Does not connect yet. `interruption` may be shared with other clients.
  Client(ClientOptions options, std::shared_ptr<Interruption> interruption);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Connects and logs in; closes an old connection first.
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] bool is_open() const;
  /// Says goodbye without waiting, and closes.
  void close();

  /// What the server said of itself; of the last connect().
  [[nodiscard]] const Greeting& greeting() const;
  /// TLS version and cipher; empty without TLS.
  [[nodiscard]] std::string tls_description() const;
  /// "source 127.0.0.1:3306"
  [[nodiscard]] const std::string& name() const;

  /// Runs one statement. A statement without result gives no columns. A result whose values take more than `size_max`
  /// bytes is ErrorKind::limit, and closes the connection.
  [[nodiscard]] Result<QueryResult> query(std::string_view statement, std::size_t size_max = query_result_size_max);
  /// Runs one statement that gives no rows; if it does give some that is ErrorKind::invalid, and closes the connection.
  [[nodiscard]] Result<Ok> execute(std::string_view statement);

  /// The server's own words if it refused the last query() or execute(); nothing if that went another way.
  [[nodiscard]] const std::optional<SqlError>& refusal() const;

  /// Sends a command, which begins with its byte. The answer is to be read with read_payload.
  [[nodiscard]] Result<void> send_command(ByteView payload);

  /// The next payload of an answer or of the replication stream, as it came: OK, ERR and EOF too. The view lives until
  /// the next call. ErrorKind::timeout does no harm: call again and it goes on
  /// where it was. Any other error is for good.
  [[nodiscard]] Result<ByteView> read_payload(std::chrono::milliseconds deadline,
                                              std::size_t size_max = payload_size_max);
  /// As read_payload, but never waits: nothing if no whole payload has come.
  [[nodiscard]] Result<std::optional<ByteView>> read_available(std::size_t size_max = payload_size_max);
  /// Waits until something has come, not necessarily a whole payload: true; or until the deadline: false.
  [[nodiscard]] Result<bool> wait(std::chrono::milliseconds deadline);

  /// The error that an ERR payload tells of, with the server's name.
  [[nodiscard]] Error error_of(ByteView error_payload) const;

  /// Ends what blocks now and all later calls, of all clients with the same interruption. Any thread, as long as the
  /// client lives; who cannot be sure of that keeps the interruption itself.
  void interrupt() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::mysql
