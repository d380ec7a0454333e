// Source's search for the place where a new log begins.
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "binlog/format_description.h"
#include "binlog/gtid_event.h"
#include "binlog/other_events.h"
#include "binlog/transaction_boundary.h"
#include "capture/mysql/event_check.h"
#include "capture/mysql/source.h"
#include "convert/layout.h"
#include "mysql/replication_commands.h"

namespace sluice::capture {
namespace {

using binlog::EventHeader;
using binlog::EventType;

constexpr std::uint64_t first_event = 4;

SourceFailure final_failure(ErrorKind kind, std::string message) {
  return {.error = {kind, std::move(message)}, .final = true};
}

SourceFailure failure(Error error) {
  return {.error = std::move(error)};
}

bool begins_transaction(EventType type) {
  return type == EventType::gtid || type == EventType::anonymous_gtid || type == EventType::gtid_tagged ||
         type == EventType::mariadb_gtid;
}

void advance(std::vector<binlog::MariadbGtid>& gtids, const binlog::MariadbGtid& gtid) {
  const auto domain = std::ranges::find(gtids, gtid.domain, &binlog::MariadbGtid::domain);
  if (domain != gtids.end()) {
    if (gtid.sequence > domain->sequence) *domain = gtid;
    return;
  }
  gtids.push_back(gtid);
  std::ranges::sort(gtids, {}, &binlog::MariadbGtid::domain);
}

}  // namespace

/// A walk through the source's binlog, up to a place: before the event that comes next, this is so.
struct Source::Scan {
  std::string file;
  std::uint64_t position = first_event;  ///< where the event that comes next begins
  EventHeader next;                      ///< that event
  bool header_done = false;              ///< the file's own events (format, previous GTIDs) have passed
  bool at_end = false;                   ///< there is no next event
  binlog::GtidSet executed;
  std::vector<binlog::MariadbGtid> gtids;

  binlog::TransactionBoundary boundary;  ///< of sources that write no GTID events
  bool has_gtid_events = false;

  Result<void> take(const EventHeader& header, ByteView body);

  /// Whether no transaction is cut here.
  [[nodiscard]] bool between_transactions() const {
    if (!header_done || next.type == EventType::stop || next.type == EventType::rotate) return true;
    return has_gtid_events ? begins_transaction(next.type) : !boundary.inside();
  }
};

Result<void> Source::Scan::take(const EventHeader& header, ByteView body) {
  has_gtid_events = has_gtid_events || begins_transaction(header.type);
  if (header_done && !has_gtid_events) {
    if (const auto ends = boundary.ends_with(header.type, body); !ends) return std::unexpected(ends.error());
  }
  if (header.type == EventType::previous_gtids) {
    auto set = binlog::decode_gtid_set(body);
    if (!set) return std::unexpected(std::move(set.error()));
    executed = std::move(*set);
  } else if (header.type == EventType::mariadb_gtid_list) {
    const auto list = binlog::decode_mariadb_gtid_list_event(body);
    if (!list) return std::unexpected(list.error());
    for (const auto& gtid : *list)
      advance(gtids, gtid);
  } else if (header.type == EventType::mariadb_gtid) {
    const auto gtid = binlog::decode_mariadb_gtid_event(body);
    if (!gtid) return std::unexpected(gtid.error());
    advance(gtids, {gtid->domain, header.server_id, gtid->sequence});
  } else if (header.type == EventType::gtid || header.type == EventType::gtid_tagged) {
    const auto gtid = binlog::decode_gtid_event(header.type, body);
    if (!gtid) return std::unexpected(gtid.error());
    executed.add(gtid->gtid);
  }
  return {};
}

/// Reads the source's binlog from the start of `file` until `reached` says so of the event that comes next, or to the
/// end.
Result<Source::Scan> Source::scan(const std::string& file, const std::function<bool(const Scan&)>& reached) {
  auto client = make_client();
  if (auto connected = client.connect(); !connected) return std::unexpected(std::move(connected.error()));
  const SourcePlace place{.server = facts_.server, .file = file, .position = first_event, .gtids = {}};
  if (auto begun = begin_dump(client, place, nullptr, mysql::dump_flag::non_block); !begun) {
    return std::unexpected(std::move(begun.error()));
  }
  Scan scan;
  scan.file = file;
  EventCheck check(facts_.checksums);
  while (true) {
    const auto payload = client.read_payload(std::chrono::milliseconds(30'000));
    if (!payload) return std::unexpected(payload.error());
    if (payload->empty() || (*payload)[0] == 0xFE) {
      scan.at_end = true;
      return scan;
    }
    if ((*payload)[0] == 0xFF) return std::unexpected(client.error_of(*payload));
    const auto checked = check.check(payload->subspan(1));
    if (!checked) return std::unexpected(checked.error());
    const EventHeader* const header = &checked->header;
    const ByteView body = checked->body;
    if (header->type == EventType::rotate) {
      const auto rotate = binlog::decode_rotate_event(body);
      if (!rotate) return std::unexpected(rotate.error());
      if ((header->flags & binlog::flag_artificial) != 0 || header->log_pos == 0) {
        const std::string name(rotate->file);
        if (scan.file != name) scan.header_done = false;
        scan.file = name;
        scan.position = rotate->position;
      }
      continue;
    }
    if (header->log_pos == 0) continue;
    scan.next = *header;
    const bool own = header->type == EventType::format_description || header->type == EventType::previous_gtids ||
                     header->type == EventType::mariadb_gtid_list ||
                     header->type == EventType::mariadb_binlog_checkpoint;
    if (!own) scan.header_done = true;
    if (reached(scan)) return scan;
    if (auto taken = scan.take(*header, body); !taken) return std::unexpected(std::move(taken.error()));
    scan.position = header->log_pos;
  }
}

binlog::GtidSet Source::executed_at(const std::vector<binlog::MariadbGtid>& gtids) const {
  binlog::GtidSet executed;
  for (const auto& gtid : gtids) {
    if (gtid.sequence > 0) {
      executed.add({convert::derive_uuid(options_.tenant, gtid.domain), ""}, {1, gtid.sequence + 1});
    }
  }
  return executed;
}

convert::LogState Source::state_at(SourcePlace place, binlog::GtidSet executed) const {
  convert::LogState state;
  place.server = facts_.server;
  state.executed = options_.flavour == Flavour::mariadb ? executed_at(place.gtids) : std::move(executed);
  if (!facts_.uses_gtids) state.executed = {};
  state.source_place = place.text();
  return state;
}

SourceResult<convert::LogState> Source::locate(const StartPoint& start) {
  if (std::holds_alternative<StartNow>(start)) return locate_now();
  if (const auto* gtid = std::get_if<StartGtid>(&start)) return locate_gtid(*gtid);
  if (const auto* file = std::get_if<StartFile>(&start)) return locate_file(*file);
  if (const auto* time = std::get_if<StartTime>(&start)) return locate_time(*time);
  const auto files = source_files(client_);
  if (!files) return std::unexpected(failure(files.error()));
  return locate_file({files->front(), first_event});
}

SourceResult<convert::LogState> Source::locate_now() {
  const auto end = source_end(client_, facts_);
  if (!end) return std::unexpected(failure(end.error()));
  SourcePlace place{.server = "", .file = end->file, .position = end->position, .gtids = {}};
  if (options_.flavour == Flavour::mysql) {
    auto executed = binlog::parse_gtid_set(end->executed);
    if (!executed) return std::unexpected(failure(executed.error()));
    return state_at(std::move(place), std::move(*executed));
  }
  const auto gtids = client_.query(fmt::format("SELECT BINLOG_GTID_POS('{}', {})", end->file, end->position));
  if (!gtids) return std::unexpected(failure(gtids.error()));
  auto parsed = binlog::parse_mariadb_gtids(gtids->rows.empty() ? "" : gtids->rows[0][0].value_or(""));
  if (!parsed) return std::unexpected(failure(parsed.error()));
  place.gtids = std::move(*parsed);
  return state_at(std::move(place), {});
}

SourceResult<convert::LogState> Source::locate_gtid(const StartGtid& start) {
  const auto refuse = [&](const Error& error) {
    return std::unexpected(
        final_failure(ErrorKind::invalid, fmt::format("start \"gtid:{}\": {}", start.set, error.message)));
  };
  if (options_.flavour == Flavour::mariadb) {
    auto gtids = binlog::parse_mariadb_gtids(start.set);
    if (!gtids) return refuse(gtids.error());
    std::ranges::sort(*gtids, {}, &binlog::MariadbGtid::domain);
    return state_at({.server = "", .file = "", .position = first_event, .gtids = std::move(*gtids)}, {});
  }
  auto set = binlog::parse_gtid_set(start.set);
  if (!set) return refuse(set.error());
  if (!facts_.uses_gtids) {
    return std::unexpected(final_failure(
        ErrorKind::refused, fmt::format("start \"gtid:{}\": gtid_mode of {} is not ON; start at a file and "
                                        "position, a time, or now",
                                        start.set, client_.name())));
  }
  if (!facts_.purged.is_subset_of(*set)) {
    binlog::GtidSet missing = facts_.purged;
    missing.remove(*set);
    auto lost = final_failure(ErrorKind::not_found,
                              fmt::format("start \"gtid:{}\": the transactions {} that come next are purged; {}",
                                          start.set, missing.text(), what_source_has(client_, facts_)));
    lost.purged = true;
    return std::unexpected(std::move(lost));
  }
  return state_at({.server = "", .file = "", .position = first_event, .gtids = {}}, std::move(*set));
}

SourceResult<convert::LogState> Source::locate_file(const StartFile& start) {
  bool possible = true;
  auto scanned = scan(start.name, [&](const Scan& at) {
    if (start.position == first_event) return at.header_done;
    if (at.file == start.name && at.position < start.position) return false;
    possible = at.file == start.name && at.position == start.position && at.between_transactions();
    return true;
  });
  if (!scanned) {
    auto failed = explain(std::move(scanned.error()));
    failed.error.message.insert(0, fmt::format("start \"file:{}:{}\": ", start.name, start.position));
    return std::unexpected(std::move(failed));
  }
  const bool beyond = scanned->at_end && scanned->file == start.name && scanned->position < start.position;
  if (!possible || beyond) {
    return std::unexpected(final_failure(
        ErrorKind::invalid,
        fmt::format("start \"file:{}:{}\": this position is {}. The binlog has events that end at {}; SHOW BINLOG "
                    "EVENTS of the "
                    "source shows where its transactions begin",
                    start.name, start.position,
                    beyond ? "behind the end of the file" : "not the start of a transaction", scanned->position)));
  }
  SourcePlace place{.server = "", .file = start.name, .position = start.position, .gtids = std::move(scanned->gtids)};
  return state_at(std::move(place), std::move(scanned->executed));
}

/// When the server made a binlog file.
Result<std::uint32_t> Source::first_timestamp(const std::string& file) {
  auto scanned = scan(file, [](const Scan&) { return true; });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return scanned->next.timestamp;
}

SourceResult<convert::LogState> Source::locate_time(const StartTime& start) {
  const auto files = source_files(client_);
  if (!files) return std::unexpected(failure(files.error()));
  // A file begun in the very second may follow one with transactions of that second: one begun before it is wanted.
  std::size_t index = files->size();
  std::int64_t made = start.seconds;
  while (index > 0 && made >= start.seconds) {
    const auto timestamp = first_timestamp((*files)[--index]);
    if (!timestamp) return std::unexpected(failure(timestamp.error()));
    made = *timestamp;
  }
  if (made > start.seconds) {
    auto lost = final_failure(ErrorKind::not_found,
                              fmt::format("start at second {} since 1970: {}, which was begun at second {}",
                                          start.seconds, what_source_has(client_, facts_), made));
    lost.purged = true;
    return std::unexpected(std::move(lost));
  }
  auto scanned = scan((*files)[index], [&](const Scan& at) {
    const bool own = at.next.type == EventType::rotate || at.next.type == EventType::stop;
    return at.header_done && !own && at.next.timestamp >= start.seconds && at.between_transactions();
  });
  if (!scanned) return std::unexpected(failure(scanned.error()));
  SourcePlace place{
      .server = "", .file = scanned->file, .position = scanned->position, .gtids = std::move(scanned->gtids)};
  return state_at(std::move(place), std::move(scanned->executed));
}

}  // namespace sluice::capture
