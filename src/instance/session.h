#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "dump/dump_control.h"
#include "dump/dump_session.h"
#include "session/sql_connection.h"

namespace sluice::instance {

/// What all connections of an instance share. Must outlive them.
struct SessionServices : session::SqlServices {
  dump::DumpService dumps;
  /// Ends the dumps of other connections for subscribers of this uuid.
  std::function<void(const std::string& uuid, std::uint32_t connection_id)> replace_dumps;
};

/// One client's connection: SQL, and the log for those who ask for it. Belongs to one I/O thread: all calls from there.
class Session : public session::SqlConnection {
 public:
  Session(boost::asio::ip::tcp::socket socket, const SessionServices& services, dump::Notifier& notifier,
          std::uint32_t connection_id);

  void kill(answers::KillScope scope) override;
  /// Ends a dump and tells the subscriber; one that does not read is disconnected.
  void end_dump(dump::DumpControl::Ending ending);
  /// As close(), if the connection is serving the log.
  void close_dump();

 protected:
  [[nodiscard]] Answered answer_other(mysql::Command command, ByteView payload) override;
  [[nodiscard]] std::shared_ptr<session::Waiter> make_waiter() override;

 private:
  [[nodiscard]] Answered register_replica(ByteView payload);
  [[nodiscard]] Answered dump(ByteView payload);
  [[nodiscard]] Answered dump_by_gtids(ByteView payload);
  [[nodiscard]] Answered serve_log(dump::Subscriber subscriber);

  const SessionServices& services_;
  dump::Notifier& notifier_;
  dump::DumpControl dump_control_;
  boost::asio::steady_timer dump_end_timer_;
  bool dumping_ = false;
};

}  // namespace sluice::instance
