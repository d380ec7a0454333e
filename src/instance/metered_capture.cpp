#include "instance/metered_capture.h"

namespace sluice::instance {

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

void count_publication(CaptureTotals& totals) {
  if (!totals.unpublished.exchange(false, std::memory_order_relaxed)) return;  // a file header or the like
  const std::int64_t committed = totals.commit_time.load(std::memory_order_relaxed);
  totals.committed_to_published.observe(std::chrono::microseconds(now_in_microseconds() - committed));
}

Result<void> MeteredConverter::begin(const convert::TransactionStart& start) {
  const std::int64_t idle_since = totals_.idle_since.exchange(0, std::memory_order_relaxed);
  if (idle_since != 0) {
    const std::int64_t now = now_in_microseconds();
    if (now - idle_since >= idle_settled) advance_checkpoint(now);
  }
  totals_.fetched_events.fetch_add(1, std::memory_order_relaxed);
  commit_time_ = commit_time(start);
  events_ = 1;
  return Converter::begin(start);
}

Result<void> MeteredConverter::event(const binlog::EventHeader& header, ByteView body) {
  totals_.fetched_events.fetch_add(1, std::memory_order_relaxed);
  ++events_;
  return Converter::event(header, body);
}

Result<void> MeteredConverter::commit(std::string_view next_place) {
  const bool stored = !log_.verifying();
  if (stored) {
    totals_.commit_time.store(commit_time_, std::memory_order_relaxed);
    totals_.unpublished.store(true, std::memory_order_relaxed);
  }
  auto committed = Converter::commit(next_place);
  if (!committed) return committed;
  advance_checkpoint(commit_time_);
  if (stored) {
    totals_.transactions.fetch_add(1, std::memory_order_relaxed);
    totals_.stored_events.fetch_add(events_, std::memory_order_relaxed);
  }
  return committed;
}

Result<void> MeteredConverter::idle() {
  auto published = Converter::idle();
  if (!published) return published;
  const std::int64_t now = now_in_microseconds();
  const std::int64_t idle_since = totals_.idle_since.load(std::memory_order_relaxed);
  if (idle_since == 0) {
    totals_.idle_since.store(now, std::memory_order_relaxed);
  } else if (now - idle_since >= idle_settled) {
    advance_checkpoint(now);  // heartbeats come, and nothing else
  }
  return published;
}

void MeteredConverter::advance_checkpoint(std::int64_t time) {
  if (time > totals_.checkpoint.load(std::memory_order_relaxed)) {
    totals_.checkpoint.store(time, std::memory_order_relaxed);
  }
}

}  // namespace sluice::instance
