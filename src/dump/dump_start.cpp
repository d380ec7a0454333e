#include "dump/dump_start.h"

#include <fmt/format.h>

#include "binlog/event_header.h"
#include "binlog/log_file_name.h"

namespace sluice::dump {

namespace {

/// Clients keep 512 bytes of an error message.
constexpr std::size_t message_size_max = 511;

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::refused, std::move(message), fatal_dump_error);
}

std::unexpected<Error> no_such_file() {
  return refuse("Could not find first log file name in binary log index file");
}

std::string purged_message(const binlog::GtidSet& known, const binlog::GtidSet& purged) {
  constexpr std::string_view what =
      "The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has purged binary logs "
      "containing GTIDs that the slave requires. Replicate the missing transactions from elsewhere, or provision a new "
      "slave from backup. Consider increasing the master's binary log expiration period.";
  binlog::GtidSet missing = purged;
  missing.remove(known);
  const std::string missing_text = missing.text();
  std::string message = fmt::format("{} The GTID set sent by the slave is '{}', and the missing transactions are '{}'.",
                                    what, known.text(), missing_text);
  if (message.size() > message_size_max) {
    message = fmt::format("{} The missing transactions are '{}'.", what, missing_text);
  }
  if (message.size() > message_size_max) {
    message = fmt::format(
        "{} The GTID sets are too long for this message; compare the slave's set with the master's gtid_purged by "
        "GTID_SUBTRACT.",
        what);
  }
  return message;
}

std::unexpected<Error> impossible_position(const store::LogPosition& position) {
  const std::string file = binlog::log_file_name(position.file);
  return refuse(fmt::format(
      "Client requested master to start replication from impossible position; the first event '{}' at {}, the "
      "last event read from '{}' at 4, the last byte read from '{}' at 4.",
      file, position.offset, file, file));
}

/// Whether it has transactions of our sources that we have not.
bool has_more(const binlog::GtidSet& known, const binlog::GtidSet& executed) {
  return !known.of_sources_in(executed).is_subset_of(executed);
}

std::unexpected<Error> more_than_we_have() {
  return refuse(
      "Slave has more GTIDs than the master has, using the master's SERVER_UUID. This may indicate that the end of the "
      "binary log was truncated or that the last binary log file was lost, e.g., after a power or disk failure when "
      "sync_binlog != 1. The master may or may not have rolled back transactions that were already replicated to the "
      "slave. Suggest to replicate any transactions that master has rolled back from slave to master, and/or commit "
      "empty transactions on master to account for transactions that have been "
      "committed on master but are not included in GTID_EXECUTED.");
}

/// The number of the file the subscriber names, whether there is one or not; without a name that of the oldest. Nothing
/// if that cannot be a file of ours.
std::optional<std::uint64_t> named_file(const store::Log& log, const Subscriber& subscriber) {
  if (!subscriber.file.empty()) {
    return binlog::log_file_number(subscriber.file);
  }
  const std::vector<store::LogFileInfo> files = log.files();
  return files.empty() ? std::nullopt : std::optional(files.front().number);
}

Result<store::LogPosition> find_by_file(const store::Log& log, const Subscriber& subscriber) {
  if (subscriber.position < sizeof(binlog::file_magic)) {
    return refuse("Client requested master to start replication from position < 4");
  }
  const std::optional<std::uint64_t> file = named_file(log, subscriber);
  if (!file) {
    return no_such_file();
  }
  const store::LogPosition position{*file, subscriber.position};
  const Result<void> checked = log.check_position(position);
  if (checked) {
    return position;
  }
  switch (checked.error().kind) {
    case ErrorKind::not_found:
      return no_such_file();
    case ErrorKind::limit:
      return refuse("Client requested master to start replication from position > file size");
    case ErrorKind::invalid:
      return impossible_position(position);
    default:
      return refuse(fmt::format("I/O error reading log event: {}", checked.error().message));
  }
}

Result<store::LogPosition> find_by_gtids(const store::Log& log, const binlog::GtidSet& known) {
  if (has_more(known, log.executed())) {
    return more_than_we_have();
  }
  const Result<store::LogPosition> position = log.find(known);
  if (position) {
    return position;
  }
  if (position.error().kind == ErrorKind::not_found) {
    return refuse(purged_message(known, log.purged()));
  }
  return refuse(fmt::format("I/O error reading log event: {}", position.error().message));
}

}  // namespace

Result<binlog::GtidSet> known_gtids(const Subscriber& subscriber) {
  if (!subscriber.gtid_data || subscriber.gtid_data->empty()) {
    return binlog::GtidSet();
  }
  Result<binlog::GtidSet> known = binlog::decode_gtid_set(*subscriber.gtid_data);
  if (!known) {
    return refuse(fmt::format("Slave sent malformed GTID data: {}", known.error().message));
  }
  return known;
}

bool starts_by_gtids(const Subscriber& subscriber) {
  return subscriber.gtid_data.has_value() && subscriber.file.empty();
}

bool is_ahead(const store::Log& log, const Subscriber& subscriber, const binlog::GtidSet& known) {
  const store::LogPosition end = log.end();
  if (end.file == 0) {
    return true;
  }
  if (starts_by_gtids(subscriber)) {
    return has_more(known, log.executed());
  }
  const std::optional<std::uint64_t> file = named_file(log, subscriber);
  return file && store::LogPosition{*file, subscriber.position} > end;
}

Result<DumpStart> find_start(const store::Log& log, const Subscriber& subscriber, binlog::GtidSet known) {
  const store::Log::Status status = log.status();
  if (status.end.file == 0) {
    return refuse("Binary log is not open");
  }
  DumpStart start;
  if (starts_by_gtids(subscriber) && known.is_subset_of(status.executed)) {
    start.skip_end = status.end;
  }
  while (!start.hold) {
    const Result<store::LogPosition> position =
        starts_by_gtids(subscriber) ? find_by_gtids(log, known) : find_by_file(log, subscriber);
    if (!position) {
      return std::unexpected(position.error());
    }
    start.position = *position;
    // A purge may have been faster; then another look says so.
    Result<std::unique_ptr<store::ReaderHold>> hold = log.hold(position->file);
    if (hold) {
      start.hold = std::move(*hold);
    }
  }
  start.known = std::move(known);
  return start;
}

}  // namespace sluice::dump
