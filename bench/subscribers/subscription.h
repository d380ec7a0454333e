#pragma once

#include <optional>

#include "mysql/client_connection.h"
#include "subscribers/packet_walker.h"

namespace sluice::bench {

/// Where to connect to, and from where on to read.
struct DumpOptions {
  std::string address;
  std::string user;
  std::string password;
  bool tls = false;
  std::string file;
  std::uint64_t position = 4;
  std::optional<std::string> gtids;  ///< by GTID, behind these
  bool non_blocking = false;
  std::uint32_t first_server_id = 900'000;
};

/// One subscriber's connection.
class Subscription {
 public:
  /// Connects, logs in and says what subscribers say. Blocks.
  [[nodiscard]] static Result<Subscription> open(const DumpOptions& options, std::uint32_t index,
                                                 const std::shared_ptr<mysql::Interruption>& interruption);

  /// Sends the dump command. Blocks hardly ever.
  [[nodiscard]] Result<void> begin(const DumpOptions& options);

  [[nodiscard]] int descriptor() { return connection_.socket().descriptor(); }
  /// Reads what there is, without waiting.
  [[nodiscard]] mysql::IoStep receive(std::span<std::uint8_t> room) { return connection_.socket().receive_now(room); }

  PacketWalker walker;
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;
  std::uint64_t transactions = 0;
  bool ended = false;    ///< an EOF packet came
  bool refused = false;  ///< an ERR packet came

 private:
  Subscription(mysql::ClientConnection connection, std::uint32_t server_id)
      : connection_(std::move(connection)), server_id_(server_id) {}

  mysql::ClientConnection connection_;
  std::uint32_t server_id_;
};

}  // namespace sluice::bench
