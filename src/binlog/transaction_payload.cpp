#include "binlog/transaction_payload.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <zstd.h>

#include "base/byte_reader.h"
#include "binlog/event_header.h"

namespace sluice::binlog {
namespace {

enum Field : std::uint64_t {
  field_end = 0,
  field_payload_size = 1,
  field_compression = 2,
  field_uncompressed_size = 3
};

/// Cuts a stream of bytes, which comes in pieces, into events.
class EventSplitter {
 public:
  EventSplitter(std::uint32_t event_size_max, const std::function<Result<void>(ByteView event)>& receive)
      : event_size_max_(event_size_max), receive_(receive) {}

  Result<void> push(ByteView piece) {
    while (!piece.empty()) {
      const Result<std::size_t> size = size_of_event(started_.empty() ? piece : ByteView(started_));
      if (!size) return std::unexpected(size.error());
      const std::size_t taken = std::min(*size - started_.size(), piece.size());
      const bool in_piece = started_.empty() && is_whole(piece.first(taken));
      if (!in_piece) started_.insert(started_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(taken));
      if (in_piece || is_whole(started_)) {
        if (Result<void> received = receive_(in_piece ? piece.first(taken) : ByteView(started_)); !received)
          return received;
        started_.clear();
      }
      piece = piece.subspan(taken);
    }
    return {};
  }

  [[nodiscard]] bool at_boundary() const { return started_.empty(); }

 private:
  /// The size of the event `bytes` begin with, or that of its header as long as that is not complete.
  Result<std::size_t> size_of_event(ByteView bytes) const {
    if (bytes.size() < EventHeader::size) return EventHeader::size;
    const Result<EventHeader> header = decode_event_header(bytes);
    if (!header) return std::unexpected(header.error());
    if (header->event_size > event_size_max_) {
      return fail(ErrorKind::limit, fmt::format("event of {} bytes in a transaction payload; at most {} are allowed",
                                                header->event_size, event_size_max_));
    }
    return header->event_size;
  }

  static bool is_whole(ByteView bytes) {
    return bytes.size() >= EventHeader::size &&
           load_little_endian(bytes.data() + EventHeader::event_size_offset, 4) == bytes.size();
  }

  std::uint32_t event_size_max_;
  const std::function<Result<void>(ByteView event)>& receive_;
  Bytes started_;
};

Result<void> push_zstd(ByteView payload, EventSplitter& splitter) {
  // Zstandard itself refuses frames whose window is above 128 MiB (ZSTD_WINDOWLOG_LIMIT_DEFAULT).
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (context == nullptr) return fail(ErrorKind::limit, "no memory to decompress a transaction payload");
  Bytes buffer(ZSTD_DStreamOutSize());
  ZSTD_inBuffer input{payload.data(), payload.size(), 0};
  std::size_t expected = 1;
  bool output_full = false;
  while (input.pos < input.size || output_full) {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    expected = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(expected) != 0U) {
      return fail(ErrorKind::invalid,
                  fmt::format("transaction payload cannot be decompressed: {}", ZSTD_getErrorName(expected)));
    }
    if (Result<void> pushed = splitter.push(ByteView(buffer).first(output.pos)); !pushed) return pushed;
    output_full = output.pos == output.size && expected != 0;
  }
  if (expected != 0) return fail(ErrorKind::invalid, "transaction payload cannot be decompressed: it is cut short");
  return {};
}

}  // namespace

Result<TransactionPayload> decode_transaction_payload(ByteView body) {
  ByteReader reader(body);
  TransactionPayload payload;
  std::uint64_t payload_size = 0;
  std::uint64_t compression = static_cast<std::uint64_t>(TransactionPayload::Compression::none);
  for (std::uint64_t field = reader.length_encoded(); field != field_end; field = reader.length_encoded()) {
    ByteReader value(as_bytes(reader.length_encoded_text()));
    if (field == field_payload_size)
      payload_size = value.length_encoded();
    else if (field == field_compression)
      compression = value.length_encoded();
    else if (field == field_uncompressed_size)
      payload.uncompressed_size = value.length_encoded();
    if (!reader.ok() || !value.ok())
      return fail(ErrorKind::invalid, fmt::format("field {} of transaction payload is malformed", field));
  }
  payload.payload = reader.rest();
  if (!reader.ok() || payload_size != payload.payload.size()) {
    return fail(ErrorKind::invalid,
                fmt::format("transaction payload announces {} bytes and has {}", payload_size, payload.payload.size()));
  }
  payload.compression = static_cast<TransactionPayload::Compression>(compression);
  if (payload.compression != TransactionPayload::Compression::zstd &&
      payload.compression != TransactionPayload::Compression::none) {
    return fail(ErrorKind::unsupported,
                fmt::format("transaction payload is compressed by unknown method {}", compression));
  }
  return payload;
}

Result<void> for_each_payload_event(const TransactionPayload& payload, std::uint32_t event_size_max,
                                    const std::function<Result<void>(ByteView event)>& receive) {
  EventSplitter splitter(event_size_max, receive);
  Result<void> pushed = payload.compression == TransactionPayload::Compression::zstd
                            ? push_zstd(payload.payload, splitter)
                            : splitter.push(payload.payload);
  if (!pushed) return pushed;
  if (!splitter.at_boundary()) return fail(ErrorKind::invalid, "transaction payload ends within an event");
  return {};
}

}  // namespace sluice::binlog
