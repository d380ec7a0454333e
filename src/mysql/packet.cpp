#include "mysql/packet.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sluice::mysql {
namespace {

/// A joined payload's memory is kept for the next one up to this size.
constexpr std::size_t joined_capacity_kept = std::size_t{64} << 20U;

}  // namespace

std::array<std::uint8_t, packet_header_size> packet_header(std::size_t body_size, std::uint8_t sequence) {
  SLUICE_ASSERT(body_size <= packet_body_max);
  std::array<std::uint8_t, packet_header_size> header{};
  store_little_endian(header.data(), body_size, 3);
  header[3] = sequence;
  return header;
}

std::uint8_t append_packets(Bytes& out, std::uint8_t sequence, ByteView payload) {
  const std::size_t wanted = out.size() + framed_size(payload.size());
  if (out.capacity() < wanted) {
    out.reserve(std::max(wanted, out.capacity() * 2));
  }
  for (std::size_t packets = packet_count(payload.size()); packets > 0; --packets) {
    const ByteView body = payload.first(std::min(payload.size(), packet_body_max));
    const auto header = packet_header(body.size(), sequence++);
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), body.begin(), body.end());
    payload = payload.subspan(body.size());
  }
  return sequence;
}

PacketBuffer::PacketBuffer(std::size_t capacity)
    : capacity_(capacity), buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)) {
  SLUICE_ASSERT(capacity >= 4 * packet_header_size);
}

std::size_t PacketBuffer::body_size(std::size_t at) const {
  return static_cast<std::size_t>(load_little_endian(buffer_.get() + at, 3));
}

bool PacketBuffer::may_be_farewell(std::size_t at) const {
  constexpr std::uint8_t error_header = 0xFF;
  if (buffer_[at + 3] != 0 || body_size(at) == 0 || joining_) {
    return false;
  }
  return end_ - at == packet_header_size || buffer_[at + packet_header_size] == error_header;
}

std::span<std::uint8_t> PacketBuffer::room() {
  const std::size_t held = size();
  const std::size_t packet = held < packet_header_size ? packet_header_size : packet_header_size + body_size(begin_);
  if (held == 0) {
    begin_ = end_ = 0;
  }
  if (packet > capacity_) {
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(packet);
    std::memcpy(larger.get(), buffer_.get() + begin_, held);
    buffer_ = std::move(larger);
    capacity_ = packet;
    begin_ = 0;
    end_ = held;
  } else if (begin_ + packet > capacity_ || end_ == capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    begin_ = 0;
    end_ = held;
  }
  if (end_ == capacity_) {  // Full of packets that the caller has not taken yet.
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_ * 2);
    std::memcpy(larger.get(), buffer_.get(), held);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void PacketBuffer::received(std::size_t size) {
  SLUICE_ASSERT(size <= capacity_ - end_);
  end_ += size;
}

Result<std::optional<ByteView>> PacketBuffer::next(std::size_t size_max) {
  if (!joining_ && joined_.capacity() > joined_capacity_kept) {
    joined_ = Bytes();
  }
  while (size() >= packet_header_size) {
    const std::size_t body = body_size(begin_);
    const std::uint8_t sequence = buffer_[begin_ + 3];
    const std::size_t payload_size = body + (joining_ ? joined_.size() : 0);
    if (payload_size > size_max) {
      return fail(ErrorKind::limit,
                  fmt::format("a payload of {} bytes or more is above the limit of {}", payload_size, size_max));
    }
    const bool is_whole = size() - packet_header_size >= body;
    if (sequence != sequence_ && !may_be_farewell(begin_)) {
      return fail(ErrorKind::invalid,
                  fmt::format("packet out of order: its number is {}, expected {}", sequence, sequence_));
    }
    if (!is_whole) {
      return std::nullopt;
    }
    const ByteView bytes(buffer_.get() + begin_ + packet_header_size, body);
    begin_ += packet_header_size + body;
    ++sequence_;
    if (!joining_ && body < packet_body_max) {
      return bytes;
    }
    if (!joining_) {
      joined_.clear();
      joining_ = true;
    }
    joined_.insert(joined_.end(), bytes.begin(), bytes.end());
    if (body < packet_body_max) {
      joining_ = false;
      return ByteView(joined_);
    }
  }
  return std::nullopt;
}

bool PacketBuffer::has_payload() const {
  std::uint8_t sequence = sequence_;
  for (std::size_t at = begin_; end_ - at >= packet_header_size;) {
    const std::size_t body = body_size(at);
    if (buffer_[at + 3] != sequence++ && !may_be_farewell(at)) {
      return true;
    }
    if (end_ - at - packet_header_size < body) {
      return false;
    }
    if (body < packet_body_max) {
      return true;
    }
    at += packet_header_size + body;
  }
  return false;
}

}  // namespace sluice::mysql
