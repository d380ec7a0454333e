#include "dump/dump_registry.h"

namespace sluice::dump {

DumpRegistry::Entry::Entry(const Subscriber& subscriber, const store::LogPosition& start, DumpTotals& its_totals)
    : fixed{subscriber.connection_id,
            subscriber.server_id,
            subscriber.uuid,
            subscriber.user,
            subscriber.peer,
            start,
            0,
            0,
            false,
            0,
            std::chrono::system_clock::now()},
      totals(its_totals),
      file(start.file),
      offset(start.offset) {}

void DumpRegistry::Entry::count_sent(std::uint64_t bytes, std::uint64_t events) {
  sent_bytes.fetch_add(bytes, std::memory_order_relaxed);
  sent_events.fetch_add(events, std::memory_order_relaxed);
  totals.bytes.fetch_add(bytes, std::memory_order_relaxed);
  totals.events.fetch_add(events, std::memory_order_relaxed);
}

std::shared_ptr<DumpRegistry::Entry> DumpRegistry::add(const Subscriber& subscriber, const store::LogPosition& start) {
  auto entry = std::make_shared<Entry>(subscriber, start, totals_);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const std::weak_ptr<Entry>& other) { return other.expired(); });
  const std::uint64_t dumps_max = limits_.dumps_max;
  if (dumps_max != 0 && entries_.size() >= dumps_max) {
    return nullptr;
  }
  entries_.push_back(entry);
  return entry;
}

std::vector<DumpInfo> DumpRegistry::snapshot() const {
  std::vector<DumpInfo> dumps;
  const std::lock_guard lock(mutex_);
  for (const std::weak_ptr<Entry>& weak : entries_) {
    if (const std::shared_ptr<Entry> entry = weak.lock()) {
      DumpInfo& info = dumps.emplace_back(entry->fixed);
      info.position = {entry->file, entry->offset};
      info.sent_bytes = entry->sent_bytes;
      info.sent_events = entry->sent_events;
      info.waiting = entry->waiting;
      info.timestamp = entry->timestamp;
    }
  }
  return dumps;
}

}  // namespace sluice::dump
