#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::binlog {

/// TRANSACTION_PAYLOAD (40): the events of one transaction, compressed with zstd or stored as they are
/// (manual: "Transaction_payload_event"; field types 0 end, 1 payload size, 2 compression, 3 uncompressed size).
struct TransactionPayload {
  enum class Compression : std::uint64_t { zstd = 0, none = 255 };
  Compression compression = Compression::none;
  std::uint64_t uncompressed_size = 0;  ///< as announced; 0 if not
  ByteView payload;                     ///< view into the body
};
[[nodiscard]] Result<TransactionPayload> decode_transaction_payload(ByteView body);

/// Gives every event inside, in order, to `receive` (header and body; events inside carry no checksum). Holds one event
/// and one decompression buffer at a time, never the whole: `event_size_max` and Zstandard's window, 128 MiB at the
/// most and no more than MySQL's highest compression level asks for. An event above `event_size_max`, a damaged frame,
/// or bytes behind the last event end it with an error; an error of `receive` ends it too.
[[nodiscard]] Result<void> for_each_payload_event(const TransactionPayload& payload, std::uint32_t event_size_max,
                                                  const std::function<Result<void>(ByteView event)>& receive);

}  // namespace sluice::binlog
