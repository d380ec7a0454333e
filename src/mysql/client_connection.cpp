#include "mysql/client_connection.h"

namespace sluice::mysql {
namespace {

/// The memory of a large statement is given back.
constexpr std::size_t framed_capacity_kept = std::size_t{1} << 20U;

}  // namespace

Result<ByteView> ClientConnection::read(Deadline deadline, std::size_t size_max) {
  for (;;) {
    auto payload = buffer_.next(size_max);
    if (!payload) {
      return std::unexpected(std::move(payload.error()));
    }
    if (*payload) {
      return **payload;
    }
    const auto received = socket_.receive(buffer_.room(), deadline);
    if (!received) {
      return std::unexpected(received.error());
    }
    buffer_.received(*received);
  }
}

Result<std::optional<ByteView>> ClientConnection::read_available(std::size_t size_max) {
  for (;;) {
    auto payload = buffer_.next(size_max);
    if (!payload || *payload) {
      return payload;
    }
    const IoStep step = socket_.receive_now(buffer_.room());
    if (step.outcome != IoStep::Outcome::done) {
      return std::nullopt;  // an end or a failure is met again by the read that waits
    }
    buffer_.received(step.size);
  }
}

Result<void> ClientConnection::send(ByteView payload, Deadline deadline) {
  framed_.clear();
  buffer_.set_next_sequence(append_packets(framed_, buffer_.next_sequence(), payload));
  auto sent = socket_.send(framed_, deadline);
  if (framed_.capacity() > framed_capacity_kept) {
    framed_ = Bytes();
  }
  return sent;
}

}  // namespace sluice::mysql
