#pragma once

#include <optional>

#include "base/error.h"
#include "binlog/event_header.h"
#include "binlog/format_description.h"

namespace sluice::capture {

/// One event of a source's stream. Views into it.
struct CheckedEvent {
  binlog::EventHeader header;
  ByteView body;                                    ///< between header and checksum; of FORMAT_DESCRIPTION nothing
  std::optional<binlog::FormatDescription> format;  ///< of a FORMAT_DESCRIPTION
};

/// Lets no event of a source's stream pass that was damaged on its way. What fails is ErrorKind::corrupt.
///
/// Where the source writes checksums every event has to have a right one, FORMAT_DESCRIPTION and the artificial ROTATE
/// in front of it included. Where it writes none, only what breaks an event's frame can be found out. That the
/// FORMAT_DESCRIPTION was not damaged to say so is seen by the event behind it; by each one, a few of some thousand
/// millions would be refused for ever, since their last bytes happen to be their CRC32.
class EventCheck {
 public:
  /// `checksums`: the source's binlog_checksum is CRC32, so what it makes up itself in front of a file has one.
  explicit EventCheck(bool checksums) : checksums_(checksums) {}

  /// The next event of the stream, header to checksum.
  [[nodiscard]] Result<CheckedEvent> check(ByteView event);

 private:
  [[nodiscard]] Result<CheckedEvent> check_format(const binlog::EventHeader& header, ByteView event);

  bool checksums_;
  std::optional<binlog::Checksum> of_format_;  ///< how events end, once that is known
  bool behind_format_ = false;                 ///< the event that comes is the first behind a FORMAT_DESCRIPTION
};

}  // namespace sluice::capture
