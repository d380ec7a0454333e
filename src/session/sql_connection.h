#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "answers/session_info.h"
#include "answers/sql_session.h"
#include "base/error.h"
#include "listen/connection.h"
#include "mysql/channel.h"
#include "mysql/command.h"
#include "mysql/prepared_statement.h"
#include "mysql/server_login.h"
#include "session/sql_services.h"
#include "session/waiter.h"

namespace sluice::session {

/// One client's connection, from greeting to end: log-in, and the commands of MySQL's protocol that have to do with
/// SQL. What else there is (the log of an instance, other log-ins) derived classes add.
///
/// Belongs to one I/O thread: all calls from there. Is owned by shared pointers; the listener's lives until run() has
/// completed.
class SqlConnection : public listen::Connection, public std::enable_shared_from_this<SqlConnection> {
 public:
  SqlConnection(boost::asio::ip::tcp::socket socket, const SqlServices& services, std::uint32_t connection_id);
  ~SqlConnection() override;
  SqlConnection(const SqlConnection&) = delete;
  SqlConnection& operator=(const SqlConnection&) = delete;

  [[nodiscard]] std::uint32_t connection_id() const override { return connection_id_; }
  [[nodiscard]] boost::asio::awaitable<bool> log_in() override;
  [[nodiscard]] boost::asio::awaitable<void> run() override;
  /// Also where the channel was taken: it is closed wherever it is now.
  void close() override;
  /// KILL: ends the connection, or what it is doing.
  virtual void kill(answers::KillScope scope);
  /// As close(), if `gone` is true of the account that has logged in or of the one it has logged in for.
  void close_if_gone(const std::function<bool(const std::string& user)>& gone);

 protected:
  /// The answer to a command is under way. An error ends the connection; what a client is told is none.
  using Answered = boost::asio::awaitable<Result<void>>;

  // For derived classes to override.

  /// How a client is greeted and who is let in: the services' settings with the listener's limits. Asked once, before
  /// the greeting. `refuses_later` runs when the client has proved who it is and waits for its OK.
  [[nodiscard]] virtual mysql::LoginSettings login_settings() const;
  /// The same for COM_CHANGE_USER. Here: login_settings(), but nobody whom another server relays is trusted.
  [[nodiscard]] virtual mysql::LoginSettings change_user_settings() const;
  /// The SQL side of a client that has just logged in. May be none if run() never comes to this class's own.
  [[nodiscard]] virtual std::unique_ptr<answers::SqlSession> make_sql() const;
  /// Answers one command, as it came. Overriding ones leave to this what they do not answer themselves. An error ends
  /// run().
  [[nodiscard]] virtual Answered answer(const Bytes& payload);
  /// A command this class does not know; `payload`, which begins with its byte, lives until the answer completes. Here:
  /// error 1047, "Unknown command".
  [[nodiscard]] virtual Answered answer_other(mysql::Command command, ByteView payload);
  /// A seat for a statement that waits. Here: a TimedWaiter.
  [[nodiscard]] virtual std::shared_ptr<Waiter> make_waiter();

  // For derived classes to use.

  [[nodiscard]] mysql::Channel& channel() { return channel_; }
  /// Takes the channel away, for good: nothing that needs it may be called afterwards but close() and kill().
  [[nodiscard]] mysql::Channel take_channel();
  /// Who has logged in; changes with COM_CHANGE_USER.
  [[nodiscard]] const mysql::Login& login() const { return login_; }
  [[nodiscard]] const SqlServices& services() const { return services_; }
  /// After the log-in.
  [[nodiscard]] answers::SqlSession& sql() { return *sql_; }
  /// What others see of this connection.
  [[nodiscard]] SessionRecord& record() { return *record_; }
  /// Who is connected, as the SQL side is told.
  [[nodiscard]] answers::SqlClient client() const;
  /// The client's own address, where a proxy or a server that relays it has named it; else empty.
  [[nodiscard]] std::string real_client() const;

  [[nodiscard]] Answered send_ok();
  [[nodiscard]] Answered send_error(const answers::SqlError& error);
  [[nodiscard]] Answered send(Bytes payload);
  [[nodiscard]] Answered send_all(std::vector<Bytes> payloads);

 private:
  /// A prepared statement, as far as the protocol is concerned.
  struct Prepared {
    std::uint16_t parameter_count = 0;
    std::vector<mysql::ParameterType> types;  ///< of the last execution
    mysql::LongDataValues long_data;
    std::size_t long_data_size = 0;
  };

  [[nodiscard]] Answered query(std::string_view text);
  [[nodiscard]] Answered use_database(std::string_view name);
  [[nodiscard]] Answered statistics();
  [[nodiscard]] Answered set_option(ByteView payload);
  [[nodiscard]] Answered reset_connection();
  [[nodiscard]] Answered change_user(ByteView payload);
  [[nodiscard]] Answered process_kill(ByteView payload);
  [[nodiscard]] Answered prepare(std::string_view text);
  [[nodiscard]] Answered execute(ByteView payload);
  [[nodiscard]] Answered reset_statement(ByteView payload);
  void close_statement(ByteView payload);
  void add_long_data(ByteView payload);

  [[nodiscard]] boost::asio::awaitable<answers::StatementResult> run_statement(
      bool may_block, const std::function<answers::StatementResult()>& work);
  [[nodiscard]] boost::asio::awaitable<answers::StatementResult> run_elsewhere(
      const std::function<answers::StatementResult()>& work);
  [[nodiscard]] boost::asio::awaitable<void> wait_for(const answers::SqlWait& wait);
  void wake();
  [[nodiscard]] std::string client_address() const;
  [[nodiscard]] bool is_still_known(const mysql::Login& login) const;
  [[nodiscard]] bool take_relayed();
  void note_login();

  mysql::Channel channel_;
  std::function<void()> close_taken_;  ///< closes the channel after take_channel()
  const SqlServices& services_;
  std::uint32_t connection_id_;
  mysql::Login login_;
  std::string relay_account_;  ///< who has logged in for the client, if another server relays it
  std::string relayed_host_;   ///< the client's address then
  std::unique_ptr<answers::SqlSession> sql_;
  std::map<std::uint32_t, Prepared> prepared_;
  std::shared_ptr<SessionRecord> record_;
  std::shared_ptr<void> own_place_;  ///< listen::Listener::own_place()
  std::weak_ptr<Waiter> waiter_;     ///< of a statement that waits
};

}  // namespace sluice::session
