#include "dump/event_sender.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "dump/block_events.h"
#include "dump/wire_events.h"

namespace sluice::dump {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t write_size = store::Block::framed_size_target;
/// So much of the log may be gone through before other connections of the thread get their turn.
constexpr std::uint64_t turn_size = 1U << 20U;
constexpr std::chrono::nanoseconds heartbeat_period_min = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds heartbeat_period_max = std::chrono::hours(24);

}  // namespace

EventSender::EventSender(mysql::Channel& channel, const Subscriber& subscriber, std::uint32_t server_id,
                         const DumpLimits& limits)
    : channel_(channel),
      executor_(channel.executor()),
      server_id_(server_id),
      negotiated_(subscriber.checksums ? binlog::Checksum::crc32 : binlog::Checksum::none),
      heartbeat_period_(subscriber.heartbeat_period),
      heartbeat_v2_(subscriber.heartbeat_v2),
      semi_sync_(subscriber.semi_sync),
      packer_(subscriber.checksums || subscriber.verbatim, subscriber.semi_sync, channel.next_sequence()),
      writer_(channel, limits) {
  if (heartbeat_period_.count() != 0) {
    heartbeat_period_ = std::clamp(heartbeat_period_, heartbeat_period_min, heartbeat_period_max);
  }
}

void EventSender::add_rotate(const store::LogPosition& position) {
  // Until it has a FORMAT_DESCRIPTION, the subscriber reads events as it has negotiated.
  const binlog::Checksum checksum = std::exchange(format_known_, true) ? packer_.sent_checksum() : negotiated_;
  packer_.add_own(artificial_rotate(position, server_id_, checksum));
  ++entry_->rotates;
  skipped_ = false;
}

void EventSender::add_format_description(Bytes event) {
  packer_.set_stored_format(announced_format(event));
  if (packer_.strips()) {
    announce_no_checksums(event);
  }
  packer_.add_own(event);
}

void EventSender::add(const store::Block& block, std::size_t first, std::size_t last) {
  if (first >= last) {
    return;
  }
  if (skipped_) {
    add_heartbeat({block.begin.file, event_offset(block, first)});
  }
  packer_.add(block, first, last);
  queued_events_ += last - first;
  const std::uint8_t* last_event = block.framed.data() + block.events[last - 1].frame + store::Block::frame_size;
  queued_timestamp_ = static_cast<std::uint32_t>(load_little_endian(last_event, sizeof queued_timestamp_));
  if (queued_since_ == steady_clock::time_point()) {
    queued_since_ = block.published;
  }
}

void EventSender::add_heartbeat(const store::LogPosition& reached) {
  packer_.add_own(
      heartbeat(reached, server_id_, packer_.sent_checksum(), heartbeat_v2_ && packer_.stored_format().heartbeat_v2));
  ++entry_->heartbeats;
  ++entry_->totals.heartbeats;
  skipped_ = false;
}

/// Everything queued has been written; `bytes` of it have not been counted yet. Gives the number of the log's events.
std::uint64_t EventSender::count_written(std::uint64_t bytes) {
  last_sent_ = steady_clock::now();
  const std::uint64_t events = std::exchange(queued_events_, 0);
  entry_->count_sent(bytes, events);
  if (queued_timestamp_ != 0) {
    entry_->timestamp = queued_timestamp_;
  }
  if (queued_since_ != steady_clock::time_point()) {
    entry_->totals.published_to_sent.observe(last_sent_ - std::exchange(queued_since_, {}));
  }
  return events;
}

asio::awaitable<Result<void>> EventSender::write_slowly() {
  Result<void> written = co_await writer_.write(packer_.bytes(), *entry_);
  if (written) {
    co_await writer_.pause_for_events(count_written(0));
  }
  co_return written;
}

asio::awaitable<Result<void>> EventSender::write(const store::LogPosition& reached) {
  const std::size_t size = packer_.bytes().size();
  if (size > 0) {
    packer_.ask_for_acknowledgement();
    // Without limits no further coroutine: this is where most of a subscriber's time goes.
    Result<void> written;
    if (writer_.limited()) {
      written = co_await write_slowly();
    } else {
      written = co_await channel_.write_framed(packer_.bytes());
      if (written) {
        count_written(size);
      }
    }
    if (!written) {
      co_return written;
    }
    packer_.release();  // the next to write finds the buffer still in the processor's cache
    channel_.set_next_sequence(packer_.next_sequence());
  }
  if (entry_) {  // one that is refused has none
    entry_->file = reached.file;
    entry_->offset = reached.offset;
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> EventSender::send_if_much(const store::LogPosition& reached, std::uint64_t taken) {
  turn_used_ += taken;
  const bool much =
      packer_.bytes().size() >= std::min(write_size, bytes_at_once()) || queued_events_ >= writer_.events_at_once();
  if (much) {
    const Result<void> written = co_await write(reached);
    if (!written) {
      co_return written;
    }
  }
  if (much || turn_used_ >= turn_size) {
    turn_used_ = 0;
    co_await asio::post(executor_, asio::use_awaitable);
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> EventSender::send_all(const store::LogPosition& reached) {
  if (skipped_) {
    add_heartbeat(reached);
  }
  co_return co_await write(reached);
}

asio::awaitable<Result<void>> EventSender::send_large(const LargeEventSource& event) {
  Result<void> sent = co_await send_all(event.begin);
  if (!sent) {
    co_return sent;
  }
  LargeEventSource source = event;
  source.strip = packer_.strips();
  source.semi_sync = semi_sync_;
  sent = co_await send_large_event(channel_, writer_, *entry_, source);
  if (!sent) {
    co_return sent;
  }
  packer_.set_next_sequence(channel_.next_sequence());
  queued_events_ = 1;
  co_await writer_.pause_for_events(count_written(0));
  entry_->offset = event.begin.offset + event.size;
  co_return sent;
}

asio::awaitable<Result<void>> EventSender::send_heartbeat(const store::LogPosition& reached) {
  add_heartbeat(reached);
  co_return co_await write(reached);
}

steady_clock::time_point EventSender::heartbeat_time() const {
  return last_sent_ + (heartbeat_period_.count() == 0 ? heartbeat_period_max : heartbeat_period_);
}

}  // namespace sluice::dump
