#include "dump/large_event.h"

#include <algorithm>

#include "binlog/event_header.h"
#include "mysql/packet.h"
#include "mysql/run_on.h"
#include "mysql/semi_sync.h"

namespace sluice::dump {

namespace {

constexpr std::size_t piece_size = 1U << 20U;

}  // namespace

asio::awaitable<Result<void>> send_large_event(mysql::Channel& channel, PacedWriter& writer, DumpRegistry::Entry& entry,
                                               const LargeEventSource& source) {
  const asio::any_io_executor executor = channel.executor();
  const std::uint32_t event_size = source.size - (source.strip ? static_cast<std::uint32_t>(binlog::checksum_size) : 0);
  // The status byte and what follows it.
  const Bytes front = source.semi_sync ? Bytes{0, mysql::semi_sync::magic, 0} : Bytes{0};
  Bytes buffer(mysql::packet_header_size + front.size() + piece_size);
  store::LogPosition from = source.begin;
  std::uint64_t payload_left = std::uint64_t{event_size} + front.size();
  std::uint8_t sequence = channel.next_sequence();
  bool first = true;
  std::size_t packet_size = 0;
  do {
    packet_size = std::min<std::uint64_t>(payload_left, mysql::packet_body_max);
    payload_left -= packet_size;
    const auto header = mysql::packet_header(packet_size, sequence++);
    std::copy(header.begin(), header.end(), buffer.begin());
    std::size_t used = header.size();
    std::size_t body_left = packet_size;
    if (first) {
      std::copy(front.begin(), front.end(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
      used += front.size();
      body_left -= front.size();
    }
    do {
      const std::size_t size = std::min(body_left, piece_size);
      const std::span<std::uint8_t> piece(buffer.data() + used, size);
      if (size > 0) {
        const auto read = [&] { return source.reader.read_bytes(from, piece); };
        const Result<void> done = co_await mysql::run_on(source.disk, executor, read);
        if (!done) {
          co_return done;
        }
      }
      if (std::exchange(first, false)) {
        store_little_endian(piece.data() + binlog::EventHeader::event_size_offset, event_size, 4);
      }
      const ByteView bytes(buffer.data(), used + size);
      const Result<void> written = co_await writer.write(bytes, entry);
      if (!written) {
        co_return written;
      }
      from.offset += size;
      body_left -= size;
      used = 0;
    } while (body_left > 0);
  } while (packet_size == mysql::packet_body_max);
  channel.set_next_sequence(sequence);
  co_return Result<void>();
}

}  // namespace sluice::dump
