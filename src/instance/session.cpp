#include "instance/session.h"

#include "instance/log_waiter.h"
#include "instance/session_subscriber.h"
#include "mysql/replication_commands.h"
#include "session/session_answers.h"

namespace sluice::instance {

namespace asio = boost::asio;
using mysql::Command;

namespace {

/// How long a subscriber has to read what is sent before it is told that its dump ends.
constexpr std::chrono::seconds dump_end_max{5};

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionServices& services, dump::Notifier& notifier,
                 std::uint32_t connection_id)
    : SqlConnection(std::move(socket), services, connection_id),
      services_(services),
      notifier_(notifier),
      dump_end_timer_(channel().executor()) {}

std::shared_ptr<session::Waiter> Session::make_waiter() {
  return std::make_shared<LogWaiter>(notifier_);
}

void Session::kill(answers::KillScope scope) {
  if (dumping_ && scope == answers::KillScope::statement) {
    end_dump(dump::DumpControl::Ending::killed);
  } else {
    SqlConnection::kill(scope);
  }
}

void Session::end_dump(dump::DumpControl::Ending ending) {
  if (!dumping_) {
    return;
  }
  dump_control_.end(ending);
  dump_end_timer_.expires_after(dump_end_max);
  dump_end_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& aborted) {
    const auto self = std::static_pointer_cast<Session>(weak.lock());
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

Session::Answered Session::answer_other(Command command, ByteView payload) {
  switch (command) {
    case Command::register_slave:
      return register_replica(payload);
    case Command::binlog_dump:
      return dump(payload);
    case Command::binlog_dump_gtid:
      return dump_by_gtids(payload);
    default:
      return SqlConnection::answer_other(command, payload);
  }
}

/// For SHOW REPLICAS only: the dump command tells what we need.
Session::Answered Session::register_replica(ByteView payload) {
  const Result<mysql::RegisterReplica> replica = mysql::decode_register_replica(payload);
  if (!replica) {
    return send_error(session::malformed_packet());
  }
  record().register_replica(*replica, subscriber_uuid(sql()));
  return send_ok();
}

Session::Answered Session::dump(ByteView payload) {
  const Result<mysql::BinlogDump> command = mysql::decode_binlog_dump(payload);
  return command ? serve_log(make_subscriber(*command, login(), sql())) : send_error(session::malformed_packet());
}

Session::Answered Session::dump_by_gtids(ByteView payload) {
  const Result<mysql::BinlogDumpGtid> command = mysql::decode_binlog_dump_gtid(payload);
  return command ? serve_log(make_subscriber(*command, login(), sql())) : send_error(session::malformed_packet());
}

Session::Answered Session::serve_log(dump::Subscriber subscriber) {
  subscriber.connection_id = connection_id();
  subscriber.peer = channel().peer();
  subscriber.real_host = real_client();
  subscriber.follower = client().admin && sql().user_variable("sluice_follower").has_value();
  record().begin(subscriber.gtid_data ? "Binlog Dump GTID" : "Binlog Dump", "");
  if (!subscriber.uuid.empty()) {
    services_.replace_dumps(subscriber.uuid, connection_id());
  }
  dumping_ = true;
  Result<void> ended = co_await dump::serve(channel(), notifier_, services_.dumps, subscriber, dump_control_);
  dumping_ = false;
  dump_end_timer_.cancel();
  co_return ended;
}

}  // namespace sluice::instance
