#include "instance/metered_capture.h"

#include "binlog/event_header.h"

namespace sluice::instance {
namespace {

/// A source whose transaction is read no further for longer may end the connection, and all begins anew. What is still
/// owed then is paid for behind the transaction, where a lost connection costs nothing.
constexpr std::chrono::seconds pause_in_transaction_max{10};

}  // namespace

void MeteredLog::count(std::size_t size) {
  totals_.stored_bytes.fetch_add(size, std::memory_order_relaxed);
}

Result<void> MeteredLog::open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                   const Resume& resume) {
  if (!verifying()) count(header.size());
  return writer_.open_file(number, header, previous, resume);
}

Result<void> MeteredLog::close_file(ByteView rotate_event) {
  if (!verifying()) count(rotate_event.size());
  return writer_.close_file(rotate_event);
}

Result<void> MeteredLog::append(ByteView events) {
  if (!verifying()) count(events.size());
  return writer_.append(events);
}

Result<void> MeteredLog::append_provisional(ByteView event) {
  if (!verifying()) count(event.size());
  return writer_.append_provisional(event);
}

std::int64_t commit_time(const convert::TransactionStart& start) {
  constexpr std::int64_t microseconds_per_second = 1'000'000;
  if (start.gtid.immediate_commit_timestamp) return static_cast<std::int64_t>(*start.gtid.immediate_commit_timestamp);
  return start.timestamp * microseconds_per_second;
}

namespace {

void advance_checkpoint(CaptureTotals& totals, std::int64_t time) {
  if (time > totals.checkpoint.load(std::memory_order_relaxed)) {
    totals.checkpoint.store(time, std::memory_order_relaxed);
  }
}

/// The source, or the primary, has begun to give again.
void end_idleness(CaptureTotals& totals) {
  const std::int64_t idle_since = totals.idle_since.exchange(0, std::memory_order_relaxed);
  if (idle_since == 0) return;
  const std::int64_t now = now_in_microseconds();
  if (now - idle_since >= idle_settled) advance_checkpoint(totals, now);
}

}  // namespace

void count_idle(CaptureTotals& totals) {
  const std::int64_t now = now_in_microseconds();
  const std::int64_t idle_since = totals.idle_since.load(std::memory_order_relaxed);
  if (idle_since == 0) {
    totals.idle_since.store(now, std::memory_order_relaxed);
  } else if (now - idle_since >= idle_settled) {
    advance_checkpoint(totals, now);  // heartbeats come, and nothing else
  }
}

void count_copied(CaptureTotals& totals, std::uint64_t events, std::int64_t commit_time) {
  end_idleness(totals);
  totals.fetched_events.fetch_add(events, std::memory_order_relaxed);
  totals.stored_events.fetch_add(events, std::memory_order_relaxed);
  totals.transactions.fetch_add(1, std::memory_order_relaxed);
  totals.commit_time.store(commit_time, std::memory_order_relaxed);
  totals.unpublished.store(true, std::memory_order_relaxed);
  advance_checkpoint(totals, commit_time);
}

void count_publication(CaptureTotals& totals) {
  if (!totals.unpublished.exchange(false, std::memory_order_relaxed)) return;  // a file header or the like
  const std::int64_t committed = totals.commit_time.load(std::memory_order_relaxed);
  totals.committed_to_published.observe(std::chrono::microseconds(now_in_microseconds() - committed));
}

Result<void> MeteredConverter::begin(const convert::TransactionStart& start) {
  end_idleness(totals_);
  totals_.fetched_events.fetch_add(1, std::memory_order_relaxed);
  commit_time_ = commit_time(start);
  events_ = 1;
  paid_bytes_ = 0;
  stored_before_ = totals_.stored_bytes.load(std::memory_order_relaxed);
  return Converter::begin(start);
}

Result<void> MeteredConverter::event(const binlog::EventHeader& header, ByteView body) {
  totals_.fetched_events.fetch_add(1, std::memory_order_relaxed);
  ++events_;
  auto taken = Converter::event(header, body);
  if (!taken || !throttle_.active() || log_.verifying()) return taken;
  const std::uint64_t size = body.size() + binlog::EventHeader::size + binlog::checksum_size;
  paid_bytes_ += size;
  return pay(1, size, pause_in_transaction_max);
}

Result<void> MeteredConverter::pay(std::uint64_t events, std::uint64_t bytes, std::chrono::nanoseconds pause_max) {
  if (!throttle_.use(events, bytes)) return {};
  if (auto published = log_.publish(); !published) return published;
  throttle_.pause(pause_max);
  return {};
}

Result<void> MeteredConverter::commit(std::string_view next_place) {
  const bool stored = !log_.verifying();
  if (stored) {
    totals_.commit_time.store(commit_time_, std::memory_order_relaxed);
    totals_.unpublished.store(true, std::memory_order_relaxed);
  }
  auto committed = Converter::commit(next_place);
  if (!committed) return committed;
  advance_checkpoint(totals_, commit_time_);
  if (stored) {
    totals_.transactions.fetch_add(1, std::memory_order_relaxed);
    totals_.stored_events.fetch_add(events_, std::memory_order_relaxed);
  }
  if (!stored || !throttle_.active()) return committed;
  const std::uint64_t bytes = totals_.stored_bytes.load(std::memory_order_relaxed) - stored_before_;
  return pay(1, bytes - std::min(bytes, paid_bytes_), Pace::pause_max);
}

Result<void> MeteredConverter::idle() {
  auto published = Converter::idle();
  if (!published) return published;
  count_idle(totals_);
  return published;
}

}  // namespace sluice::instance
