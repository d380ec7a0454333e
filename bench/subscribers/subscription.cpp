#include "subscribers/subscription.h"

#include <fmt/format.h>

#include "binlog/gtid_set.h"
#include "mysql/client_login.h"
#include "mysql/command.h"
#include "mysql/replication_commands.h"

namespace sluice::bench {
namespace {

constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t small_buffer = 8192;

Result<void> execute(mysql::ClientConnection& connection, std::string_view statement, mysql::Deadline deadline) {
  Bytes command{static_cast<std::uint8_t>(mysql::Command::query)};
  command.insert(command.end(), as_bytes(statement).begin(), as_bytes(statement).end());
  connection.start_command();
  if (auto sent = connection.send(command, deadline); !sent) return sent;
  const auto answer = connection.read(deadline, small_buffer);
  if (!answer) return std::unexpected(answer.error());
  if (!mysql::is_ok(*answer)) return fail(ErrorKind::refused, fmt::format("refused: {}", statement));
  return {};
}

}  // namespace

Result<Subscription> Subscription::open(const DumpOptions& options, std::uint32_t index,
                                        const std::shared_ptr<mysql::Interruption>& interruption) {
  const mysql::Deadline deadline = std::chrono::steady_clock::now() + patience;
  const auto address = mysql::parse_server_address(options.address);
  if (!address) return std::unexpected(address.error());
  auto socket = mysql::ClientSocket::connect(*address, interruption, deadline);
  if (!socket) return std::unexpected(std::move(socket.error()));
  mysql::ClientConnection connection(std::move(*socket), small_buffer);
  mysql::ClientOptions login;
  login.address = options.address;
  login.user = options.user;
  login.password = options.password;
  login.tls.mode = options.tls ? mysql::TlsMode::required : mysql::TlsMode::off;
  if (auto greeting = log_in_to_server(connection, login, address->host, deadline); !greeting) {
    return std::unexpected(std::move(greeting.error()));
  }
  const std::uint32_t server_id = options.first_server_id + index;
  const std::string statement = fmt::format(
      "SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32', @slave_uuid = "
      "'00000000-0000-0000-0000-{0:012}', @replica_uuid = '00000000-0000-0000-0000-{0:012}', "
      "@master_heartbeat_period = 600000000000, @source_heartbeat_period = 600000000000",
      server_id);
  if (auto set = execute(connection, statement, deadline); !set) return std::unexpected(std::move(set.error()));
  return Subscription(std::move(connection), server_id);
}

Result<void> Subscription::begin(const DumpOptions& options) {
  const std::uint16_t flags = options.non_blocking ? mysql::dump_flag::non_block : std::uint16_t{0};
  Bytes command;
  if (options.gtids) {
    const auto set = binlog::parse_gtid_set(*options.gtids);
    if (!set) return std::unexpected(set.error());
    mysql::BinlogDumpGtid dump;
    dump.flags = flags | mysql::dump_flag::through_gtid;
    dump.server_id = server_id_;
    dump.gtid_set = set->encode();
    command = mysql::encode_binlog_dump_gtid(dump);
  } else {
    mysql::BinlogDump dump;
    dump.flags = flags;
    dump.server_id = server_id_;
    dump.file = options.file;
    dump.position = static_cast<std::uint32_t>(options.position);
    command = mysql::encode_binlog_dump(dump);
  }
  connection_.start_command();
  return connection_.send(command, std::chrono::steady_clock::now() + patience);
}

}  // namespace sluice::bench
