#include "dump/dump_session.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/log_file_name.h"
#include "dump/block_events.h"
#include "dump/dump_start.h"
#include "dump/event_packer.h"
#include "dump/large_event.h"
#include "dump/run_on.h"
#include "dump/transaction_filter.h"
#include "dump/wire_events.h"
#include "mysql/response.h"
#include "store/log_reader.h"

namespace sluice::dump {

namespace {

using std::chrono::steady_clock;
using store::Block;

constexpr std::size_t write_size = Block::framed_size_target;
/// So much of the log may be gone through before other connections of the thread get their turn.
constexpr std::size_t turn_size = 1U << 20U;
constexpr std::uint32_t format_description_size_max = 64U << 10U;
constexpr auto heartbeat_period_min = std::chrono::milliseconds(1);
constexpr auto heartbeat_period_max = std::chrono::hours(24);

/// Shared with a callback that may come after the dump has ended.
struct PeerWatch {
  bool gone = false;
  Notifier::Waiter* waiter = nullptr;
};

class DumpSession {
 public:
  DumpSession(mysql::Channel& channel, Notifier& notifier, const DumpService& service, Subscriber& subscriber)
      : channel_(channel),
        executor_(channel.executor()),
        service_(service),
        subscriber_(subscriber),
        waiter_(notifier),
        reader_(service.log),
        packer_(subscriber.checksums || subscriber.verbatim, channel.next_sequence()),
        filter_(binlog::GtidSet(), std::nullopt) {
    watch_->waiter = &waiter_;
  }
  ~DumpSession() {
    watch_->waiter = nullptr;
    channel_.cancel_waits();
  }
  DumpSession(const DumpSession&) = delete;
  DumpSession& operator=(const DumpSession&) = delete;

  asio::awaitable<Result<void>> run() {
    Result<void> ended = co_await prepare();
    while (ended && !done_) {
      ended = co_await step();
    }
    if (!ended && ended.error().kind == ErrorKind::refused) {
      co_await tell(ended.error());
    }
    co_return ended;
  }

 private:
  // Each of these sends or queues one part; their errors are what serve() returns.

  /// Finds the start and queues what precedes the first event.
  asio::awaitable<Result<void>> prepare() {
    Result<binlog::GtidSet> known = known_gtids(subscriber_);
    if (!known) {
      co_return std::unexpected(known.error());
    }
    watch_peer();
    if (starts_by_gtids(subscriber_)) {
      const Result<void> caught_up = co_await wait_until_not_ahead(*known);
      if (!caught_up) {
        co_return caught_up;
      }
    }
    const auto find = [&] { return find_start(*service_.log, subscriber_, std::move(*known)); };
    Result<DumpStart> start = co_await run_on(service_.disk, executor_, find);
    if (!start) {
      co_return std::unexpected(start.error());
    }
    begin_ = position_ = last_ = start->position;
    filter_ = TransactionFilter(std::move(start->known), start->skip_end);
    entry_ = service_.registry->add(subscriber_, position_);
    log::info("{}: dump for user '{}', server id {} begins at {}:{}", channel_.peer(), subscriber_.user,
              subscriber_.server_id, binlog::log_file_name(position_.file), position_.offset);
    // Before the FORMAT_DESCRIPTION the subscriber reads events as it has negotiated.
    const auto negotiated = subscriber_.checksums ? binlog::Checksum::crc32 : binlog::Checksum::none;
    packer_.add_own(artificial_rotate(position_, service_.server_id, negotiated));
    if (position_.offset > sizeof(binlog::file_magic)) {
      co_return co_await add_format_description();
    }
    co_return Result<void>();
  }

  /// The log may be about to get what the subscriber has already: a replica that follows a primary it was moved from.
  asio::awaitable<Result<void>> wait_until_not_ahead(const binlog::GtidSet& known) {
    const auto until = steady_clock::now() + service_.ahead_wait;
    while (is_ahead(known, service_.log->executed())) {
      if (steady_clock::now() >= until) {
        co_return std::unexpected(ahead_error());
      }
      co_await waiter_.wait(until);
      if (watch_->gone) {
        co_return gone();
      }
    }
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> add_format_description() {
    const store::LogPosition front{position_.file, sizeof(binlog::file_magic)};
    const auto read = [&] { return reader_.read_event(front, format_description_size_max); };
    Result<Bytes> event = co_await run_on(service_.disk, executor_, read);
    if (!event) {
      co_return unreadable(event.error());
    }
    packer_.set_stored_checksum(announced_checksum(*event));
    detach_from_file_start(*event);
    if (packer_.strips()) {
      announce_no_checksums(*event);
    }
    packer_.add_own(*event);
    co_return Result<void>();
  }

  /// Goes on by one piece of the log, or waits for more of it.
  asio::awaitable<Result<void>> step() {
    if (position_ == service_.log->end()) {
      co_return co_await at_end();
    }
    std::shared_ptr<const Block> block = service_.log->tail_block(position_);
    if (block) {
      co_return co_await take(*block);
    }
    const auto read = [&] { return reader_.read(position_); };
    const Result<store::Piece> piece = co_await run_on(service_.disk, executor_, read);
    if (!piece) {
      co_return unreadable(piece.error());
    }
    turn_used_ = 0;  // the others had their turn while we read
    if (const auto* shared = std::get_if<std::shared_ptr<const Block>>(&*piece)) {
      co_return co_await take(**shared);
    }
    if (const auto* large = std::get_if<store::LargeEvent>(&*piece)) {
      co_return co_await take(*large);
    }
    if (const auto* next = std::get_if<store::NextFile>(&*piece)) {
      position_ = {next->number, sizeof(binlog::file_magic)};
      skipped_ = false;
      packer_.add_own(artificial_rotate(position_, service_.server_id, packer_.sent_checksum()));
      co_return Result<void>();
    }
    co_return co_await at_end();
  }

  asio::awaitable<Result<void>> take(const Block& block) {
    const std::size_t first = event_at(block, position_.offset);
    if (first == block.events.size()) {
      co_return unreadable({ErrorKind::corrupt, fmt::format("no event begins at {}", position_.offset), 0});
    }
    if (filter_.active(position_)) {
      add_filtered(block, first);
    } else {
      add(block, first, block.events.size());
    }
    turn_used_ += block.end_offset - position_.offset;
    position_.offset = block.end_offset;
    if (packer_.bytes().size() >= write_size) {
      co_return co_await flush();
    }
    if (turn_used_ >= turn_size) {
      co_await yield();
    }
    co_return co_await beat_while_skipping();
  }

  /// Queues the events from `first` on that the subscriber does not have.
  void add_filtered(const Block& block, std::size_t first) {
    std::size_t kept = first;  // events [kept, i) are to be sent
    for (std::size_t i = first; i < block.events.size(); ++i) {
      if (!filter_.active({position_.file, event_offset(block, i)})) {
        break;
      }
      const Block::Event& event = block.events[i];
      if (event.type == binlog::EventType::format_description) {
        packer_.set_stored_checksum(announced_checksum(block.event_bytes(event)));
      }
      if (filter_.skips(event.type, block.event_bytes(event), packer_.stored_checksum())) {
        add(block, kept, i);
        kept = i + 1;
        skipped_ = true;
      }
    }
    add(block, kept, block.events.size());
  }

  void add(const Block& block, std::size_t first, std::size_t last) {
    if (first >= last) {
      return;
    }
    add_heartbeat_after_skipped({block.begin.file, event_offset(block, first)});
    packer_.add(block, first, last);
    last_ = {block.begin.file, event_offset(block, last - 1)};
    entry_->sent_events += last - first;
  }

  /// A replica learns from it how far it is, which it would otherwise think only at its next restart.
  void add_heartbeat_after_skipped(const store::LogPosition& position) {
    if (std::exchange(skipped_, false)) {
      packer_.add_own(heartbeat(position, service_.server_id, packer_.sent_checksum()));
    }
  }

  asio::awaitable<Result<void>> take(const store::LargeEvent& event) {
    const store::LogPosition begin = position_;
    position_.offset += event.size;
    if (filter_.active(begin) && filter_.skips(event.type, {}, packer_.stored_checksum())) {
      skipped_ = true;
      co_return co_await beat_while_skipping();
    }
    add_heartbeat_after_skipped(begin);
    Result<void> sent = co_await flush();
    if (sent) {
      const LargeEventSource source{reader_, service_.disk, begin, event.size, packer_.strips()};
      sent = co_await send_large_event(channel_, source);
      packer_.set_next_sequence(channel_.next_sequence());
    }
    if (!sent) {
      co_return sent;
    }
    last_ = begin;
    ++entry_->sent_events;
    entry_->sent_bytes += event.size;
    entry_->offset = position_.offset;
    last_sent_ = steady_clock::now();
    co_return Result<void>();
  }

  /// Everything there is has been taken.
  asio::awaitable<Result<void>> at_end() {
    add_heartbeat_after_skipped(position_);
    Result<void> sent = co_await flush();
    if (!sent) {
      co_return sent;
    }
    if (subscriber_.non_blocking) {
      done_ = true;
      const Bytes eof = mysql::encode_eof({});
      co_return co_await channel_.write_payload(eof);
    }
    packer_.release();
    reader_ = store::LogReader(service_.log);  // with its buffer and its file, which may be purged meanwhile
    entry_->waiting = true;
    const std::chrono::nanoseconds period = heartbeat_period();
    co_await waiter_.wait(period.count() > 0 ? last_sent_ + period : steady_clock::now() + heartbeat_period_max);
    entry_->waiting = false;
    turn_used_ = 0;
    if (watch_->gone) {
      co_return gone();
    }
    co_return co_await beat();
  }

  [[nodiscard]] std::chrono::nanoseconds heartbeat_period() const {
    const std::chrono::nanoseconds wanted = subscriber_.heartbeat_period;
    return wanted.count() == 0
               ? wanted
               : std::clamp<std::chrono::nanoseconds>(wanted, heartbeat_period_min, heartbeat_period_max);
  }

  /// Sends a heartbeat if it is time for one.
  asio::awaitable<Result<void>> beat() {
    const std::chrono::nanoseconds period = heartbeat_period();
    if (period.count() == 0 || steady_clock::now() < last_sent_ + period || position_ != service_.log->end()) {
      co_return Result<void>();
    }
    packer_.add_own(heartbeat(position_, service_.server_id, packer_.sent_checksum()));
    co_return co_await flush();
  }

  asio::awaitable<Result<void>> beat_while_skipping() {
    const std::chrono::nanoseconds period = heartbeat_period();
    if (!skipped_ || period.count() == 0 || steady_clock::now() < last_sent_ + period) {
      co_return Result<void>();
    }
    add_heartbeat_after_skipped(position_);
    co_return co_await flush();
  }

  /// Sends what is queued; after much of it, gives the other connections of the thread their turn.
  asio::awaitable<Result<void>> flush() {
    const std::size_t size = packer_.bytes().size();
    if (size > 0) {
      const Result<void> written = co_await channel_.write_framed(packer_.bytes());
      if (!written) {
        co_return written;
      }
      packer_.clear();
      channel_.set_next_sequence(packer_.next_sequence());
      last_sent_ = steady_clock::now();
      entry_->sent_bytes += size;
    }
    if (entry_) {
      entry_->file = position_.file;
      entry_->offset = position_.offset;
    }
    if (size >= write_size || turn_used_ >= turn_size) {
      co_await yield();
    }
    co_return Result<void>();
  }

  asio::awaitable<void> yield() {
    turn_used_ = 0;
    co_await asio::post(executor_, asio::use_awaitable);
  }

  void watch_peer() {
    channel_.when_readable([watch = watch_] {
      watch->gone = true;
      if (watch->waiter != nullptr) {
        watch->waiter->wake();
      }
    });
  }

  [[nodiscard]] std::unexpected<Error> gone() const {
    return fail(ErrorKind::closed, fmt::format("{}: the subscriber has gone", channel_.peer()));
  }

  /// The log cannot be read here: that is for the subscriber to know, and for us to see.
  [[nodiscard]] std::unexpected<Error> unreadable(const Error& cause) const {
    log::error("{}: cannot serve {}:{}: {}", channel_.peer(), binlog::log_file_name(position_.file), position_.offset,
               cause.message);
    const std::string_view what = cause.kind == ErrorKind::corrupt     ? "bogus data in log event"
                                  : cause.kind == ErrorKind::not_found ? "could not find next log"
                                                                       : "I/O error reading log event";
    const std::string file = binlog::log_file_name(position_.file);
    return fail(ErrorKind::refused,
                fmt::format("{} ({}); the first event '{}' at {}, the last event read from '{}' at {}, the last byte "
                            "read from '{}' at {}.",
                            what, cause.message, binlog::log_file_name(begin_.file), begin_.offset,
                            binlog::log_file_name(last_.file), last_.offset, file, position_.offset),
                fatal_dump_error);
  }

  /// What is queued has been verified and goes first.
  asio::awaitable<void> tell(const Error& error) {
    const Result<void> sent = co_await flush();
    if (!sent) {
      co_return;
    }
    const mysql::SqlError refusal{static_cast<std::uint16_t>(error.code), "HY000", error.message};
    const Bytes payload = mysql::encode_error(refusal);
    (void)co_await channel_.write_payload(payload);
  }

  mysql::Channel& channel_;
  const asio::any_io_executor executor_;
  const DumpService& service_;
  const Subscriber& subscriber_;
  Notifier::Waiter waiter_;
  std::shared_ptr<PeerWatch> watch_ = std::make_shared<PeerWatch>();
  store::LogReader reader_;
  EventPacker packer_;
  TransactionFilter filter_;
  std::shared_ptr<DumpRegistry::Entry> entry_;
  store::LogPosition begin_;
  store::LogPosition position_;  ///< what comes next
  store::LogPosition last_;      ///< the last event taken
  steady_clock::time_point last_sent_ = steady_clock::now();
  std::size_t turn_used_ = 0;
  bool skipped_ = false;  ///< events were left out since the last one sent
  bool done_ = false;
};

}  // namespace

asio::awaitable<Result<void>> serve(mysql::Channel& channel, Notifier& notifier, const DumpService& service,
                                    Subscriber subscriber) {
  DumpSession session(channel, notifier, service, subscriber);
  Result<void> ended = co_await session.run();
  log::info("{}: dump for server id {} ended: {}", channel.peer(), subscriber.server_id,
            ended ? "everything sent" : ended.error().message);
  co_return ended;
}

}  // namespace sluice::dump
