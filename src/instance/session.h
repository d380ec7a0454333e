#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "answers/sql_session.h"
#include "dump/dump_control.h"
#include "dump/dump_session.h"
#include "instance/session_registry.h"
#include "listen/listener.h"
#include "mysql/channel.h"
#include "mysql/prepared_statement.h"
#include "mysql/server_login.h"

namespace sluice::instance {

/// What all connections of an instance share. Must outlive them.
struct SessionServices {
  mysql::LoginSettings login;
  listen::Listener* listener = nullptr;
  mysql::AccountStore* accounts = nullptr;
  std::function<bool(const std::string& user)> is_admin;
  std::function<bool(const std::string& user)> is_relay;
  dump::DumpService dumps;
  answers::SqlSessionFactory make_sql;
  boost::asio::any_io_executor statements;  ///< a thread pool for statements that may block
  std::atomic<std::uint64_t>* statement_count = nullptr;
  std::function<std::string()> statistics;  ///< the answer to COM_STATISTICS
  SessionRegistry* registry = nullptr;
  /// Ends the dumps of other connections for subscribers of this uuid.
  std::function<void(const std::string& uuid, std::uint32_t connection_id)> replace_dumps;
};

/// One client's connection, from greeting to end. Belongs to one I/O thread: all calls from there.
class Session : public listen::Connection, public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const SessionServices& services, dump::Notifier& notifier,
          std::uint32_t connection_id);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] std::uint32_t connection_id() const override { return connection_id_; }
  [[nodiscard]] boost::asio::awaitable<bool> log_in() override;
  [[nodiscard]] boost::asio::awaitable<void> run() override;
  void close() override;
  /// KILL: ends the connection, or what it is doing.
  void kill(answers::KillScope scope);
  /// Ends a dump and tells the subscriber; one that does not read is disconnected.
  void end_dump(dump::DumpControl::Ending ending);
  /// As close(), if the connection is serving the log.
  void close_dump();

 private:
  /// A prepared statement, as far as the protocol is concerned.
  struct Prepared {
    std::uint16_t parameter_count = 0;
    std::vector<mysql::ParameterType> types;  ///< of the last execution
    mysql::LongDataValues long_data;
    std::size_t long_data_size = 0;
  };
  using Answered = boost::asio::awaitable<Result<void>>;  ///< an error ends the connection

  [[nodiscard]] Answered answer(const Bytes& payload);
  [[nodiscard]] Answered query(std::string_view text);
  [[nodiscard]] Answered use_database(std::string_view name);
  [[nodiscard]] Answered statistics();
  [[nodiscard]] Answered set_option(ByteView payload);
  [[nodiscard]] Answered reset_connection();
  [[nodiscard]] Answered change_user(ByteView payload);
  [[nodiscard]] Answered process_kill(ByteView payload);
  [[nodiscard]] Answered register_replica(ByteView payload);
  [[nodiscard]] Answered dump(ByteView payload);
  [[nodiscard]] Answered dump_by_gtids(ByteView payload);
  [[nodiscard]] Answered serve_log(dump::Subscriber subscriber);
  [[nodiscard]] Answered prepare(std::string_view text);
  [[nodiscard]] Answered execute(ByteView payload);
  [[nodiscard]] Answered reset_statement(ByteView payload);
  void close_statement(ByteView payload);
  void add_long_data(ByteView payload);

  [[nodiscard]] Answered send_ok();
  [[nodiscard]] Answered send_error(const answers::SqlError& error);
  [[nodiscard]] Answered send(Bytes payload);
  [[nodiscard]] Answered send_all(std::vector<Bytes> payloads);
  [[nodiscard]] boost::asio::awaitable<answers::StatementResult> run_statement(
      bool may_block, const std::function<answers::StatementResult()>& work);
  [[nodiscard]] boost::asio::awaitable<answers::StatementResult> run_elsewhere(
      const std::function<answers::StatementResult()>& work);
  void wake();
  [[nodiscard]] boost::asio::awaitable<void> wait_for(const answers::SqlWait& wait);
  [[nodiscard]] answers::SqlClient client() const;
  [[nodiscard]] bool take_relayed();
  [[nodiscard]] std::string real_client() const;
  void note_login();
  void count_login(const Result<mysql::Login>& login);

  mysql::Channel channel_;
  const SessionServices& services_;
  dump::Notifier& notifier_;
  std::uint32_t connection_id_;
  mysql::Login login_;
  std::string relayed_host_;  ///< the client's address, if another server relays it
  std::unique_ptr<answers::SqlSession> sql_;
  std::map<std::uint32_t, Prepared> prepared_;
  std::shared_ptr<SessionRecord> record_;
  dump::DumpControl dump_control_;
  boost::asio::steady_timer dump_end_timer_;
  bool dumping_ = false;
  std::weak_ptr<dump::Notifier::Waiter> waiter_;  ///< of a statement that waits
};

}  // namespace sluice::instance
