#include "capture/mysql/event_check.h"

#include <fmt/format.h>

namespace sluice::capture {
namespace {

using binlog::Checksum;
using binlog::EventHeader;
using binlog::EventType;

std::unexpected<Error> wrong_checksum(const EventHeader& header) {
  return fail(ErrorKind::corrupt,
              fmt::format("a {} event of the source (end position {}) arrived with a wrong checksum",
                          binlog::event_type_name(header.type), header.log_pos));
}

}  // namespace

Result<CheckedEvent> EventCheck::check(ByteView event) {
  const auto header = binlog::decode_event_header(event);
  if (!header || header->event_size != event.size()) {
    return fail(ErrorKind::corrupt,
                fmt::format("the source sent an event whose header does not fit its {} bytes", event.size()));
  }
  if (header->type == EventType::format_description) return check_format(*header, event);
  if (!of_format_ && header->type != EventType::rotate)
    return fail(ErrorKind::corrupt, "the source sent events before their format");
  const bool must_have_one = of_format_ ? of_format_ == Checksum::crc32 : checksums_;
  const bool has_one = (must_have_one || !of_format_ || behind_format_) &&
                       event.size() >= EventHeader::size + binlog::checksum_size && binlog::checksum_matches(event);
  if (must_have_one && !has_one) return wrong_checksum(*header);
  if (of_format_ == Checksum::none && has_one) {
    return fail(ErrorKind::corrupt,
                "the source's format description says that events have no checksums, but they have; it was damaged");
  }
  behind_format_ = false;
  const std::size_t overhead = EventHeader::size + (has_one ? binlog::checksum_size : 0);
  return CheckedEvent{
      .header = *header, .body = event.subspan(EventHeader::size, event.size() - overhead), .format = std::nullopt};
}

Result<CheckedEvent> EventCheck::check_format(const EventHeader& header, ByteView event) {
  auto format = binlog::decode_format_description(event);
  if (!format) return fail(ErrorKind::corrupt, "the source's format description: " + format.error().message);
  // Without checksums a source that changes the event before it sends it leaves the old one behind it.
  if (format->checksum == Checksum::crc32 && !binlog::checksum_matches(event)) return wrong_checksum(header);
  of_format_ = format->checksum;
  behind_format_ = true;
  return CheckedEvent{.header = header, .body = {}, .format = std::move(*format)};
}

}  // namespace sluice::capture
