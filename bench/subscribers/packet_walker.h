#pragma once

#include <algorithm>

#include "base/bytes.h"

namespace sluice::bench {

/// Follows the packets of a dump through bytes as they arrive, looking at nothing but their first ten bytes.
class PacketWalker {
 public:
  static constexpr std::uint8_t status_event = 0x00;

  /// Calls `seen(status, type)` for every payload whose beginning is in `bytes`; the type is 0 for what is no event.
  template <typename Seen>
  void walk(ByteView bytes, const Seen& seen) {
    while (!bytes.empty()) {
      if (left_ > 0) {
        const std::size_t skipped = std::min(left_, bytes.size());
        left_ -= skipped;
        bytes = bytes.subspan(skipped);
        continue;
      }
      if (head_size_ == 0 && bytes.size() >= sizeof head_ && load_little_endian(bytes.data(), 3) >= front_size) {
        bytes = bytes.subspan(begin_packet(bytes.data(), seen));
        continue;
      }
      head_[head_size_++] = bytes.front();
      bytes = bytes.subspan(1);
      if (head_size_ < header_size) continue;
      const auto size = static_cast<std::size_t>(load_little_endian(head_, 3));
      if (head_size_ == header_size + std::min(size, front_size)) {
        begin_packet(head_, seen);
        head_size_ = 0;
      }
    }
  }

 private:
  static constexpr std::size_t header_size = 4;
  static constexpr std::size_t front_size = 6;  ///< status, timestamp, type
  static constexpr std::size_t packet_size_max = 0xFFFFFF;

  /// Takes the packet whose beginning is at `head` and returns how many bytes of it were looked at.
  template <typename Seen>
  std::size_t begin_packet(const std::uint8_t* head, const Seen& seen) {
    const auto size = static_cast<std::size_t>(load_little_endian(head, 3));
    const std::size_t front = std::min(size, front_size);
    if (!continued_ && size > 0) {
      const std::uint8_t status = head[header_size];
      seen(status, status == status_event && front == front_size ? head[header_size + front - 1] : std::uint8_t{0});
    }
    continued_ = size == packet_size_max;
    left_ = size - front;
    return header_size + front;
  }

  std::uint8_t head_[header_size + front_size] = {};
  std::size_t head_size_ = 0;
  std::size_t left_ = 0;
  bool continued_ = false;
};

}  // namespace sluice::bench
