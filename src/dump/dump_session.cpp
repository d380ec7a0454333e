#include "dump/dump_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "binlog/log_file_name.h"
#include "dump/block_events.h"
#include "dump/dump_start.h"
#include "dump/event_sender.h"
#include "dump/log_stream.h"
#include "dump/transaction_filter.h"
#include "dump/wire_events.h"
#include "mysql/response.h"
#include "mysql/run_on.h"
#include "mysql/semi_sync.h"
#include "store/block_builder.h"

namespace sluice::dump {

namespace {

using std::chrono::steady_clock;
using store::Block;

constexpr std::uint32_t format_description_size_max = 64U << 10U;

/// Shared with a callback that may come after the dump has ended.
struct PeerWatch {
  bool gone = false;
  bool reading = false;  ///< somebody waits for acknowledgements
  Notifier::Waiter* waiter = nullptr;

  void leave() {
    gone = true;
    reading = false;
    if (waiter != nullptr) {
      waiter->wake();
    }
  }
};

/// Nothing tells when the log has caught up, unlike that it has grown.
constexpr std::chrono::milliseconds look_again{200};

constexpr auto acknowledgement_wait = std::chrono::hours(24 * 365);

/// Reads what a semi-synchronous subscriber sends until it leaves, breaks the protocol or somebody else wants to read.
/// `channel` must live as long as `watch` has a waiter.
asio::awaitable<void> read_acknowledgements(mysql::Channel& channel, std::shared_ptr<PeerWatch> watch,
                                            std::shared_ptr<DumpRegistry::Entry> entry) {
  for (;;) {
    const Result<Bytes> payload =
        co_await channel.read_payload_aside(mysql::acknowledgement_size_max, acknowledgement_wait);
    if (!payload) {
      break;
    }
    const Result<mysql::Acknowledgement> acknowledgement = mysql::decode_acknowledgement(*payload);
    if (!acknowledgement) {
      break;
    }
    const auto file = binlog::log_file_number(acknowledgement->file);
    entry->acknowledged_file = file.value_or(0);
    entry->acknowledged_offset = acknowledgement->position;
    ++entry->acknowledgements;
  }
  watch->leave();
}

class DumpSession {
 public:
  DumpSession(mysql::Channel& channel, Notifier& notifier, const DumpService& service, const Subscriber& subscriber,
              DumpControl& control)
      : channel_(channel),
        executor_(channel.executor()),
        service_(service),
        subscriber_(subscriber),
        control_(control),
        waiter_(notifier),
        stream_(service.log, service.disk, executor_, waiter_),
        sender_(channel, subscriber, service.server_id, service.registry->limits_of(subscriber)),
        filter_(binlog::GtidSet(), std::nullopt),
        entry_(service.registry->add(subscriber)) {
    watch_->waiter = &waiter_;
    control_.attach([this] { waiter_.wake(); });
    sender_.count_in(entry_);
  }
  ~DumpSession() {
    watch_->waiter = nullptr;
    control_.detach();
    channel_.cancel_waits();
  }
  DumpSession(const DumpSession&) = delete;
  DumpSession& operator=(const DumpSession&) = delete;

  asio::awaitable<Result<void>> run() {
    Result<void> ended = co_await prepare();
    while (ended && !done_) {
      // Not in one expression: g++ 12 gets two co_await there wrong.
      if (control_.ending() != DumpControl::Ending::none) {
        ended = co_await stop();
      } else {
        ended = co_await step();
      }
    }
    if (!ended && ended.error().kind == ErrorKind::refused) {
      co_await tell(ended.error());
    }
    while (watch_->reading) {  // or two would read once the connection takes commands again
      channel_.cancel_waits();
      co_await waiter_.wait(steady_clock::now() + std::chrono::milliseconds(10));
    }
    co_return ended;
  }

 private:
  // The errors of all these are what serve() returns.

  /// Finds the start and queues what precedes the first event.
  asio::awaitable<Result<void>> prepare() {
    Result<binlog::GtidSet> known = known_gtids(subscriber_);
    if (!known) {
      co_return std::unexpected(known.error());
    }
    if (!entry_) {
      co_return fail(ErrorKind::refused, "Insufficient binlog instance resources", fatal_dump_error);
    }
    watch_peer();
    const Result<void> waited = co_await wait_while_ahead(*known);
    if (!waited || control_.ending() != DumpControl::Ending::none) {
      co_return waited;
    }
    const auto find = [&] { return find_start(*service_.log, subscriber_, std::move(*known)); };
    Result<DumpStart> start = co_await mysql::run_on(service_.disk, executor_, find);
    if (!start) {
      co_return std::unexpected(start.error());
    }
    begin_ = position_ = last_ = start->position;
    hold_ = std::move(start->hold);
    filter_ = TransactionFilter(std::move(start->known), start->skip_end);
    entry_->file = position_.file;
    entry_->offset = position_.offset;
    entry_->state = DumpState::sending;
    log::info("{}: dump for server id {} begins at {}:{}", subscriber_.name(), subscriber_.server_id,
              binlog::log_file_name(position_.file), position_.offset);
    // By GTID the stream begins, to all appearance, at the file's start, as mysqld's does: a replica that reads in
    // parallel takes a format description with a log_pos as the sign to roll back a transaction it got in part before.
    const store::LogPosition front{position_.file, sizeof(binlog::file_magic)};
    sender_.add_rotate(starts_by_gtids(subscriber_) ? front : position_);
    if (position_.offset > front.offset) {
      co_return co_await add_format_description(front);
    }
    co_return Result<void>();
  }

  /// The log may be about to get what the subscriber has already: it follows a primary from which it was moved here.
  /// Ends when it got it, or its time is over; find_start tells which.
  asio::awaitable<Result<void>> wait_while_ahead(const binlog::GtidSet& known) {
    const auto begun = steady_clock::now();
    while (control_.ending() == DumpControl::Ending::none) {
      const auto until = begun + patience();  // before the look at the log, which may grow meanwhile
      const auto now = steady_clock::now();
      if (!is_ahead(*service_.log, subscriber_, known) || now >= until) {
        break;
      }
      if (entry_->state.exchange(DumpState::ahead) != DumpState::ahead) {
        log::info("{}: waits for the log, which has not reached where it wants to begin", subscriber_.name());
      }
      co_await waiter_.wait(std::min(until, now + look_again));
      if (watch_->gone) {
        co_return gone();
      }
    }
    entry_->state = DumpState::starting;
    co_return Result<void>();
  }

  /// How long the subscriber may be kept waiting, as things stand.
  [[nodiscard]] std::chrono::milliseconds patience() const {
    const bool more_to_come = service_.caught_up && !service_.caught_up();
    if (more_to_come && !subscriber_.non_blocking) {
      return service_.catching_up_wait;
    }
    return starts_by_gtids(subscriber_) ? service_.ahead_wait : std::chrono::milliseconds(0);
  }

  /// Somebody wants the dump to end.
  asio::awaitable<Result<void>> stop() {
    if (control_.ending() == DumpControl::Ending::replaced) {
      co_return std::unexpected(
          broken_off("A slave with the same server_uuid/server_id as this slave has connected to the master"));
    }
    const Result<void> sent = co_await sender_.send_all(position_);
    if (!sent) {
      co_return sent;
    }
    done_ = true;
    const Bytes eof = mysql::encode_eof({});
    co_return co_await channel_.write_payload(eof);
  }

  asio::awaitable<Result<void>> add_format_description(const store::LogPosition front) {
    Result<Bytes> event = co_await stream_.read_event(front, format_description_size_max);
    if (!event) {
      co_return unreadable(event.error());
    }
    const std::uint64_t size = event->size();
    if (!starts_by_gtids(subscriber_)) {
      detach_from_file_start(*event);
      sender_.add_format_description(std::move(*event));
      co_return Result<void>();
    }
    sender_.add_format_description(std::move(*event));
    // As mysqld, which reads the file from its start, we send the file's PREVIOUS_GTIDS too.
    const store::LogPosition second{front.file, front.offset + size};
    const Result<Bytes> previous = co_await stream_.read_event(second, store::Block::event_size_max);
    if (previous) {
      store::BlockBuilder builder(second);
      builder.add(*previous, binlog::EventType::previous_gtids);
      sender_.add(*builder.take(), 0, 1);
    }
    co_return Result<void>();
  }

  /// Goes on by one piece of the log, or waits for more of it.
  asio::awaitable<Result<void>> step() {
    if (hold_->revoked()) {
      co_return removed();
    }
    if (position_ == service_.log->end()) {
      co_return co_await at_end();
    }
    Result<std::optional<store::Piece>> read = co_await stream_.next(position_);
    if (!read) {
      co_return unreadable(read.error());
    }
    std::optional<store::Piece>& piece = *read;
    if (!piece) {
      co_return Result<void>();
    }
    if (auto* block = std::get_if<std::shared_ptr<const Block>>(&*piece)) {
      co_return co_await take(std::move(*block));
    }
    if (const auto* large = std::get_if<store::LargeEvent>(&*piece)) {
      co_return co_await take(*large);
    }
    if (const auto* next = std::get_if<store::NextFile>(&*piece)) {
      position_ = {next->number, sizeof(binlog::file_magic)};
      hold_->move_to(next->number);
      sender_.add_rotate(position_);
    }
    co_return Result<void>();
  }

  /// Queues as much of a block as is good to write at once, and writes it if it is enough. Who waits for a subscriber
  /// keeps none of the log's memory meanwhile.
  asio::awaitable<Result<void>> take(std::shared_ptr<const Block> block) {
    const std::size_t first = event_at(*block, position_.offset);
    if (first == block->events.size()) {
      const Error error{ErrorKind::corrupt, fmt::format("no event begins at {}", position_.offset), 0};
      co_return unreadable(error);
    }
    const std::size_t count = std::min<std::uint64_t>(block->events.size() - first, sender_.events_at_once());
    const std::size_t last = std::min(first + count, event_behind(*block, first, sender_.bytes_at_once()));
    if (filter_.active(position_)) {
      add_filtered(*block, first, last);
    } else {
      sender_.add(*block, first, last);
    }
    const std::uint64_t end = last < block->events.size() ? event_offset(*block, last) : block->end_offset;
    const std::uint64_t taken = end - position_.offset;
    last_ = {position_.file, event_offset(*block, last - 1)};
    position_.offset = end;
    block.reset();
    const Result<void> sent = co_await sender_.send_if_much(position_, taken);
    if (!sent) {
      co_return sent;
    }
    co_return co_await beat_while_skipping();
  }

  /// Queues those of the events [first, last) that the subscriber does not have.
  void add_filtered(const Block& block, std::size_t first, std::size_t last) {
    std::size_t kept = first;  // events [kept, i) are to be sent
    for (std::size_t i = first; i < last; ++i) {
      if (!filter_.active({position_.file, event_offset(block, i)})) {
        break;
      }
      const Block::Event& event = block.events[i];
      if (event.type == binlog::EventType::format_description) {
        sender_.set_stored_format(announced_format(block.event_bytes(event)));
      }
      if (filter_.skips(event.type, block.event_bytes(event), sender_.stored_checksum())) {
        sender_.add(block, kept, i);
        sender_.note_skipped();
        kept = i + 1;
      }
    }
    sender_.add(block, kept, last);
  }

  asio::awaitable<Result<void>> take(const store::LargeEvent& event) {
    const LargeEventSource source{stream_.reader(), service_.disk, position_, event.size};
    last_ = position_;
    position_.offset += event.size;
    if (filter_.active(last_) && filter_.skips(event.type, {}, sender_.stored_checksum())) {
      sender_.note_skipped();
      co_return co_await beat_while_skipping();
    }
    Result<void> sent = co_await sender_.send_large(source);
    if (!sent && sent.error().kind != ErrorKind::closed) {
      log::error("{}: a large event at {}:{} broke off: {}", channel_.peer(), binlog::log_file_name(last_.file),
                 last_.offset, sent.error().message);
    }
    co_return sent;
  }

  asio::awaitable<Result<void>> beat_while_skipping() {
    if (!sender_.has_skipped() || !sender_.heartbeat_is_due()) {
      co_return Result<void>();
    }
    co_return co_await sender_.send_all(position_);
  }

  /// Everything there is has been taken.
  asio::awaitable<Result<void>> at_end() {
    const Result<void> sent = co_await sender_.send_all(position_);
    if (!sent) {
      co_return sent;
    }
    if (subscriber_.non_blocking) {
      done_ = true;
      const Bytes eof = mysql::encode_eof({});
      co_return co_await channel_.write_payload(eof);
    }
    sender_.release();
    stream_.release();
    if (position_ != service_.log->end()) {
      co_return Result<void>();  // it has grown while we were sending
    }
    entry_->state = DumpState::waiting;
    co_await waiter_.wait(sender_.heartbeat_time());
    if (position_ != service_.log->end()) {
      entry_->state = DumpState::sending;
    }
    if (watch_->gone) {
      co_return gone();
    }
    if (position_ == service_.log->end() && sender_.heartbeat_is_due()) {
      co_return co_await sender_.send_heartbeat(position_);
    }
    co_return Result<void>();
  }

  void watch_peer() {
    if (subscriber_.semi_sync) {
      watch_->reading = true;
      asio::co_spawn(executor_, read_acknowledgements(channel_, watch_, entry_), asio::detached);
      return;
    }
    channel_.when_readable([watch = watch_] { watch->leave(); });
  }

  [[nodiscard]] std::unexpected<Error> gone() const {
    return fail(ErrorKind::closed, fmt::format("{}: the subscriber has gone", channel_.peer()));
  }

  /// The log cannot be read here: that is for the subscriber to know, and for us to see.
  [[nodiscard]] std::unexpected<Error> unreadable(const Error& cause) const {
    if (hold_->revoked()) {
      return removed();
    }
    log::error("{}: cannot serve {}:{}: {}", channel_.peer(), binlog::log_file_name(position_.file), position_.offset,
               cause.message);
    const std::string_view what = cause.kind == ErrorKind::corrupt     ? "bogus data in log event"
                                  : cause.kind == ErrorKind::not_found ? "could not find next log"
                                                                       : "I/O error reading log event";
    return std::unexpected(broken_off(fmt::format("{} ({})", what, cause.message)));
  }

  /// What mysqld says when it ends a dump.
  [[nodiscard]] Error broken_off(std::string_view what) const {
    if (begin_.file == 0) {
      return {ErrorKind::refused, std::string(what), fatal_dump_error};
    }
    return {ErrorKind::refused,
            fmt::format("{}; the first event '{}' at {}, the last event read from '{}' at {}, the last byte read from "
                        "'{}' at {}.",
                        what, binlog::log_file_name(begin_.file), begin_.offset, binlog::log_file_name(last_.file),
                        last_.offset, binlog::log_file_name(position_.file), position_.offset),
            fatal_dump_error};
  }

  /// The subscriber was so far behind that its files could be kept no longer.
  [[nodiscard]] std::unexpected<Error> removed() const {
    return fail(ErrorKind::refused,
                fmt::format("could not find next log: '{}' was removed at {} while it was being read, because {}",
                            binlog::log_file_name(position_.file), position_.offset, hold_->reason()),
                fatal_dump_error);
  }

  /// What is queued has been verified and goes first.
  asio::awaitable<void> tell(const Error& error) {
    const Result<void> sent = co_await sender_.send_all(position_);
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
  DumpControl& control_;
  Notifier::Waiter waiter_;
  std::shared_ptr<PeerWatch> watch_ = std::make_shared<PeerWatch>();
  LogStream stream_;
  EventSender sender_;
  TransactionFilter filter_;
  std::shared_ptr<DumpRegistry::Entry> entry_;
  std::unique_ptr<store::ReaderHold> hold_;  ///< of the file of `position_`
  store::LogPosition begin_;
  store::LogPosition position_;  ///< what comes next
  store::LogPosition last_;      ///< the last event taken
  bool done_ = false;
};

}  // namespace

asio::awaitable<Result<void>> serve(mysql::Channel& channel, Notifier& notifier, const DumpService& service,
                                    Subscriber subscriber, DumpControl& control) {
  DumpTotals& totals = service.registry->totals();
  ++totals.requests;
  // Apart from the frame: g++ 12 takes the allocation of a large one for a mismatch.
  const auto session = std::make_unique<DumpSession>(channel, notifier, service, subscriber, control);
  Result<void> ended = co_await session->run();
  if (!ended && ended.error().kind == ErrorKind::refused) {
    ++totals.refused;
  } else if (!ended && ended.error().kind != ErrorKind::closed) {
    ++totals.broken;
  }
  log::info("{}: dump for server id {} ended: {}", subscriber.name(), subscriber.server_id,
            ended ? "everything sent" : ended.error().message);
  co_return ended;
}

}  // namespace sluice::dump
