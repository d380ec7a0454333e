#include "store/log_scan.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"
#include "binlog/gtid_event.h"
#include "binlog/transaction_boundary.h"
#include "store/event_scanner.h"

namespace sluice::store {
namespace {

using binlog::EventType;

bool begins_transaction(EventType type) {
  return type == EventType::gtid || type == EventType::gtid_tagged;
}

/// Scans what lies behind the last mark of `scanned`, which says where that is and what was executed there.
class TailScan {
 public:
  TailScan(ScannedFile& scanned, EventScanner& scanner) : scanned_(scanned), scanner_(scanner) {
    scanned_.end = scanner.offset();
  }

  void run() {
    while (true) {
      auto event = scanner_.next();
      if (!event) {
        const bool torn = event.error().kind == ErrorKind::not_found && !scanner_.events_follow();
        (torn ? scanned_.incomplete : scanned_.damage) = std::move(event.error());
        return;
      }
      if (!*event) return;
      if (auto taken = take(**event); !taken) {
        scanned_.damage = std::move(taken.error());
        return;
      }
    }
  }

 private:
  Result<void> take(const EventScanner::Event& event) {
    if (event.header.type == EventType::rotate && !in_transaction_) {
      scanned_.closed = true;
      scanned_.end = scanner_.offset();
      return {};
    }
    if (begins_transaction(event.header.type)) {
      auto gtid = binlog::decode_gtid_event(event.header.type, event.body);
      if (!gtid) return std::unexpected(std::move(gtid.error()));
      begin(event.offset, std::move(gtid->gtid));
      return {};
    }
    auto ends = boundary_.ends_with(event.header.type, event.body);
    if (!ends) return std::unexpected(std::move(ends.error()));
    if (*ends) commit();
    return {};
  }

  void begin(std::uint64_t offset, binlog::Gtid gtid) {
    boundary_.reset();
    in_transaction_ = true;
    offset_ = offset;
    gtid_ = std::move(gtid);
  }

  void commit() {
    if (scanned_.marks.empty() || offset_ - scanned_.marks.back().offset >= mark_distance) {
      scanned_.marks.push_back({.kind = Mark::Kind::transaction,
                                .offset = offset_,
                                .previous_timestamp = 0,
                                .source_place = "",
                                .added = std::move(scanned_.added)});
      scanned_.added = {};
    }
    in_transaction_ = false;
    scanned_.added.add(gtid_);
    scanned_.executed.add(gtid_);
    scanned_.end = scanner_.offset();
  }

  ScannedFile& scanned_;
  EventScanner& scanner_;
  binlog::TransactionBoundary boundary_;
  bool in_transaction_ = false;
  std::uint64_t offset_ = 0;
  binlog::Gtid gtid_;
};

/// Drops marks that do not fit the file; returns where the scan has to begin.
std::uint64_t take_marks(std::vector<Mark> loaded, std::uint64_t size, ScannedFile& scanned) {
  std::erase_if(loaded, [&](const Mark& mark) { return mark.offset < scanned.header.size || mark.offset > size; });
  // The scan begins at the last transaction mark, not at an end mark: what it covers is what is verified.
  const auto is_transaction = [](const Mark& mark) { return mark.kind == Mark::Kind::transaction; };
  const auto last = std::ranges::find_if(loaded.rbegin(), loaded.rend(), is_transaction);
  if (!loaded.empty() && loaded.back().kind == Mark::Kind::end) {
    scanned.end_place = loaded.back().source_place;
    scanned.end_place_offset = loaded.back().offset;
  }
  loaded.erase(last.base(), loaded.end());
  std::uint64_t start = scanned.header.size;
  for (Mark& mark : loaded) {
    scanned.executed.add(mark.added);
    start = mark.offset;
    scanned.marks.push_back(std::move(mark));
  }
  return start;
}

Result<ScannedFile> scan(const std::filesystem::path& path, std::uint64_t size, std::vector<Mark> marks) {
  const auto file = open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  ScannedFile scanned;
  auto header = read_log_file_header(*file, path);
  if (!header) return std::unexpected(std::move(header.error()));
  scanned.header = std::move(*header);
  scanned.executed = scanned.header.previous;
  const std::uint64_t start = take_marks(std::move(marks), size, scanned);
  EventScanner scanner(*file, path, start, size, true);
  TailScan(scanned, scanner).run();
  if (scanned.end != scanned.end_place_offset) scanned.end_place.clear();
  return scanned;
}

}  // namespace

Result<ScannedFile> scan_log_file(const std::filesystem::path& path, std::uint64_t size) {
  auto scanned = scan(path, size, load_marks(mark_file_path(path)));
  // Marks that lead nowhere (a mark file that belongs to another log, a log file cut and grown again) must not make
  // good bytes look damaged, nor damaged ones good.
  const bool misled = scanned && !scanned->marks.empty() && scanned->end == scanned->marks.back().offset &&
                      scanned->end != scanned->header.size && scanned->end != size;
  if (!misled) return scanned;
  return scan(path, size, {});
}

Result<std::vector<Mark>> complete_marks(const std::filesystem::path& path, std::uint64_t size) {
  std::vector<Mark> loaded = load_marks(mark_file_path(path));
  if (!loaded.empty() && loaded.back().offset <= size && size - loaded.back().offset < 2 * mark_distance) {
    return loaded;
  }
  auto scanned = scan_log_file(path, size);
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return std::move(scanned->marks);
}

}  // namespace sluice::store
