#include "instance/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/byte_reader.h"
#include "base/log.h"
#include "instance/session_answers.h"
#include "instance/session_subscriber.h"
#include "mysql/command.h"
#include "mysql/relayed_login.h"
#include "mysql/replication_commands.h"
#include "mysql/run_on.h"

namespace sluice::instance {

namespace asio = boost::asio;
using mysql::Command;

namespace {

/// Sets of GTIDs may be longer than any statement.
constexpr std::size_t payload_size_max = 4U << 20U;
constexpr std::size_t statement_size_max = 1U << 20U;
/// How long a subscriber has to read what is sent before it is told that its dump ends.
constexpr std::chrono::seconds dump_end_max{5};

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionServices& services, dump::Notifier& notifier,
                 std::uint32_t connection_id)
    : channel_(std::move(socket)),
      services_(services),
      notifier_(notifier),
      connection_id_(connection_id),
      record_(services.registry->add(connection_id, channel_.peer())),
      dump_end_timer_(channel_.executor()) {}

Session::~Session() = default;

answers::SqlClient Session::client() const {
  return {.connection_id = connection_id_,
          .user = login_.user,
          .host = relayed_host_.empty() ? channel_.peer_address() : relayed_host_,
          .database = login_.database,
          .tls = channel_.is_tls(),
          .tls_version = channel_.tls_version(),
          .tls_cipher = channel_.tls_cipher(),
          .admin = !login_.trusted && services_.is_admin && services_.is_admin(login_.user),
          .interactive = (login_.capabilities & mysql::capability::interactive) != 0};
}

void Session::count_login(const Result<mysql::Login>& login) {
  services_.listener->count_login(relayed_host_.empty() ? channel_.peer_address() : relayed_host_, login);
}

asio::awaitable<bool> Session::log_in() {
  const mysql::LoginSettings settings = services_.listener->limited(services_.login);
  Result<mysql::Login> login = co_await mysql::log_in(channel_, settings, *services_.accounts, connection_id_);
  count_login(login);
  if (!login) {
    if (login.error().kind != ErrorKind::closed) {
      log::warning("log-in failed: {}", login.error().message);
    }
    close();
    co_return false;
  }
  login_ = std::move(*login);
  if (!take_relayed()) {
    log::warning("{}: the account '{}' logs in for others, but did not say for whom", channel_.peer(), login_.user);
    close();
    co_return false;
  }
  note_login();
  sql_ = services_.make_sql(client());
  co_return true;
}

/// A server of the cluster says for whom it has logged in. False: it does not.
bool Session::take_relayed() {
  if (!services_.is_relay || !services_.is_relay(login_.user)) {
    return true;
  }
  std::optional<mysql::RelayedLogin> relayed = mysql::take_relayed_login(login_.attributes);
  if (!relayed) {
    return false;
  }
  login_.user = std::move(relayed->user);
  login_.challenge = relayed->challenge;
  relayed_host_ = std::move(relayed->host);
  return true;
}

/// The client's own address, where a proxy or a server that relays it has named it.
std::string Session::real_client() const {
  std::string named = real_host(login_.attributes);
  return named.empty() ? relayed_host_ : named;
}

void Session::note_login() {
  record_->log_in(login_.user, login_.database, real_client());
  record_->sleep();
}

asio::awaitable<void> Session::run() {
  for (;;) {
    Result<Bytes> payload = co_await channel_.read_payload(payload_size_max, sql_->idle_timeout());
    if (!payload) {
      if (payload.error().kind == ErrorKind::limit) {
        const answers::SqlError error = packet_too_large();
        (void)co_await send_error(error);
      }
      break;
    }
    const Result<void> answered = co_await answer(*payload);
    if (!answered) {
      log::debug("connection ends: {}", answered.error().message);
      break;
    }
    if (record_->is_ending()) {
      break;
    }
    record_->sleep();
  }
  close();
}

void Session::close() {
  channel_.close();
  if (sql_) {
    sql_->cancel();
  }
  wake();
}

void Session::wake() {
  if (const auto waiter = waiter_.lock()) {
    waiter->wake();
  }
}

void Session::kill(answers::KillScope scope) {
  if (scope == answers::KillScope::connection) {
    close();
  } else if (dumping_) {
    end_dump(dump::DumpControl::Ending::killed);
  } else if (sql_) {
    sql_->interrupt();
    wake();
  }
}

void Session::end_dump(dump::DumpControl::Ending ending) {
  if (!dumping_) {
    return;
  }
  dump_control_.end(ending);
  dump_end_timer_.expires_after(dump_end_max);
  dump_end_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& aborted) {
    const std::shared_ptr<Session> self = weak.lock();
    if (!aborted && self && self->dumping_) {
      self->close();
    }
  });
}

void Session::close_dump() {
  if (dumping_) {
    close();
  }
}

Session::Answered Session::answer(const Bytes& payload) {
  if (payload.empty()) {
    return send_error(malformed_packet());
  }
  const ByteView whole = payload;
  const std::string_view text = as_text(whole.subspan(1));
  switch (static_cast<Command>(payload.front())) {
    case Command::quit:
      return []() -> Answered { co_return fail(ErrorKind::closed, "the client quits"); }();
    case Command::ping:
      return send_ok();
    case Command::init_db:
      return use_database(text);
    case Command::query:
      return query(text);
    case Command::statistics:
      return statistics();
    case Command::set_option:
      return set_option(whole);
    case Command::reset_connection:
      return reset_connection();
    case Command::change_user:
      return change_user(whole);
    case Command::process_kill:
      return process_kill(whole);
    case Command::process_info:
      return query("SHOW PROCESSLIST");
    case Command::register_slave:
      return register_replica(whole);
    case Command::binlog_dump:
      return dump(whole);
    case Command::binlog_dump_gtid:
      return dump_by_gtids(whole);
    case Command::stmt_prepare:
      return prepare(text);
    case Command::stmt_execute:
      return execute(whole);
    case Command::stmt_reset:
      return reset_statement(whole);
    case Command::stmt_close:
      close_statement(whole);
      return []() -> Answered { co_return Result<void>(); }();
    case Command::stmt_send_long_data:
      add_long_data(whole);
      return []() -> Answered { co_return Result<void>(); }();
    default:
      return send_error(unknown_command());
  }
}

Session::Answered Session::send(Bytes payload) {
  co_return co_await channel_.write_payload(payload);
}

Session::Answered Session::send_all(std::vector<Bytes> payloads) {
  co_return co_await channel_.write_payloads(payloads);
}

Session::Answered Session::send_ok() {
  return send(mysql::encode_ok({}, login_.capabilities));
}

Session::Answered Session::send_error(const answers::SqlError& error) {
  return send(encode_sql_error(error));
}

/// What may block runs elsewhere, and ends early when its client goes away.
asio::awaitable<answers::StatementResult> Session::run_statement(
    bool may_block, const std::function<answers::StatementResult()>& work) {
  ++*services_.statement_count;
  for (;;) {
    answers::StatementResult result;
    if (may_block) {
      result = co_await run_elsewhere(work);
    } else {
      result = work();
    }
    const auto* wait = std::get_if<answers::SqlWait>(&result);
    if (wait == nullptr) {
      co_return result;
    }
    co_await wait_for(*wait);
  }
}

asio::awaitable<answers::StatementResult> Session::run_elsewhere(
    const std::function<answers::StatementResult()>& work) {
  const auto watched = std::make_shared<Session*>(this);
  channel_.when_readable([watched] {
    if (*watched != nullptr && (*watched)->channel_.peer_is_gone()) {
      (*watched)->sql_->cancel();
    }
  });
  const asio::any_io_executor here = channel_.executor();
  answers::StatementResult result = co_await mysql::run_on(services_.statements, here, work);
  *watched = nullptr;
  channel_.cancel_waits();
  co_return result;
}

/// Costs no thread. While the log grows often, the condition is looked at every few milliseconds only: so a thousand
/// that wait do not keep the I/O thread from its other clients.
asio::awaitable<void> Session::wait_for(const answers::SqlWait& wait) {
  constexpr auto look_interval = std::chrono::milliseconds(5);
  constexpr int looks_at_once = 4;
  const auto waiter = std::make_shared<dump::Notifier::Waiter>(notifier_);
  waiter_ = waiter;
  channel_.when_readable([this, waiting = std::weak_ptr(waiter)] {
    if (waiting.lock() && channel_.peer_is_gone()) {
      sql_->cancel();
      wake();
    }
  });
  if (wait.begin) {
    wait.begin([executor = channel_.executor(), waiting = std::weak_ptr(waiter)] {
      asio::post(executor, [waiting] {
        if (const auto still = waiting.lock()) {
          still->wake();
        }
      });
    });
  }
  asio::steady_timer pause(channel_.executor());
  for (int looks = 0; !sql_->interrupted() && !wait.over() && std::chrono::steady_clock::now() < wait.until; ++looks) {
    co_await waiter->wait(wait.until);
    if (looks >= looks_at_once) {
      boost::system::error_code ignored;
      pause.expires_after(look_interval);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  channel_.cancel_waits();
}

Session::Answered Session::query(std::string_view text) {
  if (text.size() > statement_size_max) {
    const answers::SqlError error = packet_too_large();
    co_return co_await send_error(error);
  }
  record_->begin("Query", "init", text);
  const std::function<answers::StatementResult()> work = [this, text] { return sql_->execute(text); };
  const answers::StatementResult result = co_await run_statement(sql_->may_block(text), work);
  const std::vector<Bytes> payloads = encode_query_answer(result, login_.capabilities);
  co_return co_await channel_.write_payloads(payloads);
}

Session::Answered Session::use_database(std::string_view name) {
  const answers::StatementResult result = sql_->use_database(name);
  if (!std::holds_alternative<answers::SqlError>(result)) {
    login_.database = name;
    record_->use_database(name);
  }
  return send_all(encode_query_answer(result, login_.capabilities));
}

Session::Answered Session::statistics() {
  const std::string text = services_.statistics ? services_.statistics() : std::string("Uptime: 0");
  return send(Bytes(text.begin(), text.end()));
}

/// The one option there is are several statements in one text, which we never take; switching it off is fine.
Session::Answered Session::set_option(ByteView payload) {
  constexpr std::uint16_t multi_statements_off = 1;
  ByteReader reader(payload.subspan(1));
  const std::uint16_t option = reader.u16();
  if (!reader.ok() || option > multi_statements_off) {
    return send_error(malformed_packet());
  }
  if (option != multi_statements_off) {
    return send_error({1235, "42000", "This server does not take several statements at once"});
  }
  return send(mysql::encode_eof({}));
}

Session::Answered Session::reset_connection() {
  prepared_.clear();
  sql_->reset();
  return send_ok();
}

Session::Answered Session::change_user(ByteView payload) {
  mysql::LoginSettings settings = services_.listener->limited(services_.login);
  if (!relayed_host_.empty()) {
    settings.trusts = nullptr;  // it would be the server that relays, not its client
  }
  Result<mysql::Login> login = co_await mysql::change_user(channel_, settings, *services_.accounts, login_, payload);
  count_login(login);
  if (!login) {
    log::warning("log-in failed: {}", login.error().message);
    co_return std::unexpected(login.error());
  }
  login_ = std::move(*login);
  note_login();
  prepared_.clear();
  sql_->change_client(client());
  co_return Result<void>();
}

Session::Answered Session::process_kill(ByteView payload) {
  ByteReader reader(payload.subspan(1));
  const std::uint32_t id = reader.u32();
  if (!reader.ok()) {
    const answers::SqlError error = malformed_packet();
    co_return co_await send_error(error);
  }
  const std::string statement = fmt::format("KILL {}", id);
  co_return co_await query(statement);
}

/// For SHOW REPLICAS only: the dump command tells what we need.
Session::Answered Session::register_replica(ByteView payload) {
  const Result<mysql::RegisterReplica> replica = mysql::decode_register_replica(payload);
  if (!replica) {
    return send_error(malformed_packet());
  }
  record_->register_replica(*replica, subscriber_uuid(*sql_));
  return send_ok();
}

Session::Answered Session::dump(ByteView payload) {
  const Result<mysql::BinlogDump> command = mysql::decode_binlog_dump(payload);
  return command ? serve_log(make_subscriber(*command, login_, *sql_)) : send_error(malformed_packet());
}

Session::Answered Session::dump_by_gtids(ByteView payload) {
  const Result<mysql::BinlogDumpGtid> command = mysql::decode_binlog_dump_gtid(payload);
  return command ? serve_log(make_subscriber(*command, login_, *sql_)) : send_error(malformed_packet());
}

Session::Answered Session::serve_log(dump::Subscriber subscriber) {
  subscriber.connection_id = connection_id_;
  subscriber.peer = channel_.peer();
  subscriber.real_host = real_client();
  record_->begin(subscriber.gtid_data ? "Binlog Dump GTID" : "Binlog Dump", "");
  if (!subscriber.uuid.empty()) {
    services_.replace_dumps(subscriber.uuid, connection_id_);
  }
  dumping_ = true;
  Result<void> ended = co_await dump::serve(channel_, notifier_, services_.dumps, subscriber, dump_control_);
  dumping_ = false;
  dump_end_timer_.cancel();
  co_return ended;
}

Session::Answered Session::prepare(std::string_view text) {
  if (text.size() > statement_size_max) {
    return send_error(packet_too_large());
  }
  const std::expected<answers::SqlPrepared, answers::SqlError> prepared = sql_->prepare(text);
  if (!prepared) {
    return send_error(prepared.error());
  }
  prepared_[prepared->id].parameter_count = prepared->parameter_count;
  return send_all(mysql::encode_prepare_answer(prepared->id, prepared->parameter_count, {}));
}

Session::Answered Session::execute(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  const auto found = id ? prepared_.find(*id) : prepared_.end();
  if (found == prepared_.end()) {
    const answers::SqlError error = unknown_statement(id.value_or(0), "EXECUTE");
    co_return co_await send_error(error);
  }
  Prepared& prepared = found->second;
  const Result<mysql::ExecuteStatement> execution =
      mysql::decode_execute(payload, prepared.parameter_count, prepared.types, prepared.long_data);
  const bool too_long = prepared.long_data_size > statement_size_max;
  prepared.long_data.clear();
  prepared.long_data_size = 0;
  if (!execution || too_long) {
    const answers::SqlError error = too_long ? packet_too_large() : malformed_packet();
    co_return co_await send_error(error);
  }
  prepared.types = execution->types;
  record_->begin("Execute", "init");
  const std::vector<answers::SqlParameter> parameters = to_parameters(*execution);
  const std::function<answers::StatementResult()> work = [&] { return sql_->execute_prepared(*id, parameters); };
  const answers::StatementResult result = co_await run_statement(sql_->may_block_prepared(*id), work);
  const std::vector<Bytes> payloads = encode_execute_answer(result, login_.capabilities);
  co_return co_await channel_.write_payloads(payloads);
}

Session::Answered Session::reset_statement(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  const auto found = id ? prepared_.find(*id) : prepared_.end();
  if (found == prepared_.end()) {
    return send_error(unknown_statement(id.value_or(0), "RESET"));
  }
  found->second.long_data.clear();
  found->second.long_data_size = 0;
  return send_ok();
}

void Session::close_statement(ByteView payload) {
  const Result<std::uint32_t> id = mysql::decode_statement_id(payload);
  if (id && prepared_.erase(*id) > 0) {
    sql_->close_prepared(*id);
  }
}

/// Too much of it is told at the execution: this command has no answer.
void Session::add_long_data(ByteView payload) {
  const Result<mysql::LongData> data = mysql::decode_long_data(payload);
  const auto found = data ? prepared_.find(data->statement) : prepared_.end();
  if (found == prepared_.end() || data->parameter >= found->second.parameter_count) {
    return;
  }
  Prepared& prepared = found->second;
  prepared.long_data_size += data->data.size();
  if (prepared.long_data_size <= statement_size_max) {
    prepared.long_data[data->parameter] += as_text(data->data);
  }
}

}  // namespace sluice::instance
