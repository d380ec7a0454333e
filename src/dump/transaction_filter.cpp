#include "dump/transaction_filter.h"

#include "binlog/gtid_event.h"

namespace sluice::dump {

using binlog::EventType;

TransactionFilter::TransactionFilter(binlog::GtidSet known, std::optional<store::LogPosition> end)
    : known_(std::move(known)), end_(end) {}

bool TransactionFilter::active(const store::LogPosition& position) {
  if (end_ && position >= *end_) {
    known_ = binlog::GtidSet();
    skipping_ = false;
  }
  return !known_.empty();
}

bool TransactionFilter::skips(EventType type, ByteView event, binlog::Checksum checksum) {
  switch (type) {
    case EventType::rotate:
    case EventType::format_description:
    case EventType::previous_gtids:
    case EventType::anonymous_gtid:
      skipping_ = false;
      break;
    case EventType::gtid:
    case EventType::gtid_tagged: {
      const std::size_t behind = checksum == binlog::Checksum::crc32 ? binlog::checksum_size : 0;
      if (event.size() < binlog::EventHeader::size + behind) {
        return skipping_ = false;
      }
      const ByteView body = event.subspan(binlog::EventHeader::size, event.size() - binlog::EventHeader::size - behind);
      const Result<binlog::GtidEvent> start = binlog::decode_gtid_event(type, body);
      skipping_ = start && known_.contains(start->gtid);
      break;
    }
    default:
      break;
  }
  return skipping_;
}

}  // namespace sluice::dump
