#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::mysql {

/// Packets (MySQL manual: "MySQL Packets"): a payload travels in packets of a 3-byte size, a 1-byte sequence number and
/// a body. A body of packet_body_max bytes says that the payload goes on in the next packet, so a payload whose size is
/// an exact multiple of it (0 apart) ends with an empty packet. Sequence numbers wrap from 255 to 0.
inline constexpr std::size_t packet_header_size = 4;
inline constexpr std::size_t packet_body_max = 0xFFFFFF;

/// The largest payload a MySQL server sends (max_allowed_packet ends at 1 GiB), and room for what stands before an
/// event.
inline constexpr std::size_t payload_size_max = (std::size_t{1} << 30U) + (std::size_t{1} << 16U);

/// How many packets a payload takes, at least one.
[[nodiscard]] constexpr std::size_t packet_count(std::size_t payload_size) {
  return payload_size / packet_body_max + 1;
}

/// How many bytes a payload takes with its packet headers.
[[nodiscard]] constexpr std::size_t framed_size(std::size_t payload_size) {
  return payload_size + packet_count(payload_size) * packet_header_size;
}

/// The header of one packet, for those who frame in place. `body_size` is at most packet_body_max.
[[nodiscard]] std::array<std::uint8_t, packet_header_size> packet_header(std::size_t body_size, std::uint8_t sequence);

/// Appends the packets of `payload` to `out`, the first with `sequence`. Returns the sequence number that follows.
std::uint8_t append_packets(Bytes& out, std::uint8_t sequence, ByteView payload);

/// Puts payloads together again from bytes as they arrive, in a buffer of its own.
///
/// Get room(), put received bytes there, say received(n), then take payloads with next() until it gives nothing. A
/// payload of one packet is handed out where it lies; one of several packets is joined in a second buffer. The first
/// buffer grows to one packet's size at most, the second to `size_max`; nothing is allocated for a size that was only
/// announced, beyond one packet. One thread.
class PacketBuffer {
 public:
  /// `capacity` is what room() has at first, at least 16 bytes.
  explicit PacketBuffer(std::size_t capacity);

  /// Where to put the next bytes: never empty. Ends the life of views that next() gave.
  [[nodiscard]] std::span<std::uint8_t> room();
  /// `size` bytes were put at the front of room().
  void received(std::size_t size);

  /// The next payload, if it is here whole; else nothing. The view lives until the next call of next() or room(). A
  /// packet out of order is ErrorKind::invalid and a payload above `size_max` ErrorKind::limit; both are for good.
  [[nodiscard]] Result<std::optional<ByteView>> next(std::size_t size_max);

  /// Whether next() would give a payload (or an error) now. Cheap.
  [[nodiscard]] bool has_payload() const;

  /// Whether bytes are here that next() has not given out yet.
  [[nodiscard]] bool empty() const { return begin_ == end_ && !joining_; }

  /// The sequence number the next packet must carry; counts on by itself.
  [[nodiscard]] std::uint8_t next_sequence() const { return sequence_; }
  void set_next_sequence(std::uint8_t sequence) { sequence_ = sequence; }

 private:
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] std::size_t body_size(std::size_t at) const;
  /// Whether the packet there is, as far as it has come, an ERR numbered 0.
  [[nodiscard]] bool may_be_farewell(std::size_t at) const;

  std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = 0;  ///< received and not given out: [begin_, end_)
  std::size_t end_ = 0;
  Bytes joined_;
  bool joining_ = false;  ///< joined_ holds the front of a payload whose end is still to come
  std::uint8_t sequence_ = 0;
};

}  // namespace sluice::mysql
