#include "capture/mysql/source.h"

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/gtid_set.h"
#include "capture/mysql/transaction_assembler.h"
#include "mysql/command.h"
#include "mysql/replication_commands.h"

namespace sluice::capture {
namespace {

constexpr int error_from_dump = 1236;
constexpr std::uint8_t payload_event = 0x00;
constexpr std::uint8_t payload_end = 0xFE;
constexpr std::uint8_t payload_error = 0xFF;
constexpr std::size_t end_payload_size_max = 8;
constexpr std::uint16_t flag_annotate_rows = 0x0002;  // MariaDB

/// Texts with which sources say, as 1236, that what was asked for is gone. The number alone says too little.
bool says_purged(std::string_view message) {
  for (const std::string_view text :
       {"purged", "Could not find first log file name", "is not in the master's binlog",
        "is not in the source's binlog", "Could not find GTID state", "> file size", "has more GTIDs than"}) {
    if (message.find(text) != std::string_view::npos) return true;
  }
  return false;
}

/// A receiver's complaint that no second try can mend.
bool is_final(const Error& error) {
  return error.kind == ErrorKind::refused || error.kind == ErrorKind::unsupported;
}

/// The next payload of the stream. Before it waits for one, what is complete is published.
Result<ByteView> next_payload(mysql::Client& client, convert::TransactionReceiver& receiver, bool in_transaction,
                              std::chrono::milliseconds silence_max) {
  auto available = client.read_available();
  if (!available) return std::unexpected(std::move(available.error()));
  if (*available) return **available;
  if (!in_transaction) {
    if (auto idle = receiver.idle(); !idle) return std::unexpected(std::move(idle.error()));
  }
  return client.read_payload(silence_max);
}

}  // namespace

Source::Source(SourceOptions options, std::string address, std::shared_ptr<mysql::Interruption> interruption)
    : options_(std::move(options)),
      address_(std::move(address)),
      interruption_(std::move(interruption)),
      client_(make_client()) {}

mysql::Client Source::make_client() const {
  mysql::ClientOptions options;
  options.address = address_;
  options.user = options_.user;
  options.password = options_.password;
  options.tls = options_.tls;
  return {std::move(options), interruption_};
}

Result<void> Source::connect() {
  if (auto connected = client_.connect(); !connected) return connected;
  auto facts = inspect_source(client_, options_);
  if (!facts) return std::unexpected(std::move(facts.error()));
  facts_ = std::move(*facts);
  return {};
}

Result<void> Source::check_continues(const convert::LogState& state) const {
  if (!facts_.uses_gtids) {
    return fail(
        ErrorKind::refused,
        fmt::format(
            "source {} is another server than the log was read from, and without GTIDs nobody knows where in its "
            "binlog to go on: set gtid_mode = ON on all servers, or start a new log",
            address_));
  }
  if (options_.flavour == Flavour::mariadb || state.executed.empty()) return {};
  if (state.executed.of_sources_in(facts_.executed).empty()) {
    return fail(ErrorKind::refused,
                fmt::format("source {} shares no GTID with the log ({}); it belongs to another database", address_,
                            state.executed.text()));
  }
  return {};
}

Result<void> Source::set_session(mysql::Client& client, const SourcePlace* gtid_place) {
  const auto nanoseconds = std::chrono::nanoseconds(options_.heartbeat).count();
  std::string statement = fmt::format(
      "SET @master_heartbeat_period = {0}, @source_heartbeat_period = {0}, @master_binlog_checksum = "
      "@@global.binlog_checksum, "
      "@source_binlog_checksum = @@global.binlog_checksum, @slave_uuid = '{1}', @replica_uuid = '{1}'",
      nanoseconds, options_.replica_uuid);
  if (options_.flavour == Flavour::mariadb) {
    statement += ", @mariadb_slave_capability = 4";
    if (gtid_place != nullptr) {
      SourcePlace only_gtids;
      only_gtids.gtids = gtid_place->gtids;
      const std::string text = only_gtids.text();
      statement +=
          fmt::format(", @slave_connect_state = '{}', @slave_gtid_strict_mode = 0, @slave_gtid_ignore_duplicates = 0",
                      text.substr(text.rfind('|') + 1));
    }
  }
  const auto set = client.execute(statement);
  if (!set) return std::unexpected(set.error());
  return {};
}

/// Registers as a replica and asks for the binlog: behind the GTIDs in `known`, or from `place`.
Result<void> Source::begin_dump(mysql::Client& client, const SourcePlace& place, const binlog::GtidSet* known,
                                std::uint16_t flags) {
  const bool mariadb = options_.flavour == Flavour::mariadb;
  if (auto set = set_session(client, mariadb && known != nullptr ? &place : nullptr); !set) return set;
  mysql::RegisterReplica replica;
  replica.server_id = options_.server_id;
  replica.host = replica_host(options_);
  if (auto sent = client.send_command(mysql::encode_register_replica(replica)); !sent) return sent;
  const auto answer = client.read_payload(std::chrono::milliseconds(10'000));
  if (!answer) return std::unexpected(answer.error());
  if (!answer->empty() && (*answer)[0] == payload_error) return std::unexpected(client.error_of(*answer));

  if (known != nullptr && !mariadb) {
    mysql::BinlogDumpGtid dump;
    dump.flags = flags | mysql::dump_flag::through_gtid;
    dump.server_id = options_.server_id;
    dump.gtid_set = known->encode();
    return client.send_command(mysql::encode_binlog_dump_gtid(dump));
  }
  mysql::BinlogDump dump;
  dump.flags = flags | (mariadb ? flag_annotate_rows : std::uint16_t{0});
  dump.server_id = options_.server_id;
  if (known == nullptr) {
    if (place.position > UINT32_MAX) {
      return fail(ErrorKind::unsupported,
                  fmt::format("position {} of {} is beyond 4 GiB, where the protocol cannot begin to read",
                              place.position, place.file));
    }
    dump.file = place.file;
    dump.position = static_cast<std::uint32_t>(place.position);
  }
  return client.send_command(mysql::encode_binlog_dump(dump));
}

SourceFailure Source::explain(Error error) {
  if (error.code != error_from_dump || !says_purged(error.message)) return {.error = std::move(error)};
  auto client = make_client();
  std::string has = "what the source still has could not be asked";
  if (client.connect()) has = what_source_has(client, facts_);
  error.kind = ErrorKind::not_found;
  error.message += fmt::format(
      ". The source no longer has the transactions that come next: {}. Restore its binlogs, or start a new log "
      "(move the data directory away and choose a start that the source still has)",
      has);
  return {.error = std::move(error), .final = true, .purged = true};
}

SourceFailure Source::stream(const convert::LogState& state, convert::TransactionReceiver& receiver) {
  auto place = parse_source_place(state.source_place);
  if (!place && !(facts_.uses_gtids && options_.flavour == Flavour::mysql))
    return {.error = std::move(place.error()), .final = true};
  if (!place) place = SourcePlace{};
  place->server = facts_.server;

  auto client = make_client();
  if (auto connected = client.connect(); !connected) return {.error = std::move(connected.error())};
  if (auto begun = begin_dump(client, *place, facts_.uses_gtids ? &state.executed : nullptr, 0); !begun) {
    return explain(std::move(begun.error()));
  }
  TransactionAssembler assembler({.flavour = options_.flavour,
                                  .tenant = options_.tenant,
                                  .keep_compressed_transactions = options_.keep_compressed_transactions,
                                  .checksums = facts_.checksums,
                                  .by_position = !facts_.uses_gtids},
                                 std::move(*place), receiver);
  const auto silence_max = 3 * options_.heartbeat + std::chrono::seconds(5);
  const auto end = [&](SourceFailure failure) {
    assembler.break_off();
    return failure;
  };
  while (true) {
    auto payload = next_payload(client, receiver, assembler.in_transaction(), silence_max);
    if (!payload) return end({.error = std::move(payload.error())});
    const std::uint8_t kind = payload->empty() ? payload_end : (*payload)[0];
    if (kind == payload_error) return end(explain(client.error_of(*payload)));
    if (kind == payload_end && payload->size() <= end_payload_size_max) {
      return end({.error = {ErrorKind::closed, client.name() + ": ended its stream; it may be stopping"}});
    }
    if (kind != payload_event) {
      return end({.error = {ErrorKind::corrupt, client.name() + ": sent something else than events"}});
    }
    if (auto taken = assembler.take(payload->subspan(1)); !taken) {
      const bool final = is_final(taken.error());
      return end({.error = std::move(taken.error()), .final = final});
    }
  }
}

}  // namespace sluice::capture
