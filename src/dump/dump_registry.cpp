#include "dump/dump_registry.h"

#include <algorithm>

#include "dump/dump_start.h"

namespace sluice::dump {

namespace {

DumpInfo info_of(const DumpRegistry::Entry& entry, std::chrono::steady_clock::time_point now) {
  DumpInfo info;
  info.subscriber = entry.subscriber;
  info.known_gtids = entry.known_gtids;
  info.since = entry.since;
  info.state = entry.state;
  info.position = {entry.file, entry.offset};
  info.sent_bytes = entry.sent_bytes;
  info.sent_events = entry.sent_events;
  info.heartbeats = entry.heartbeats;
  info.rotates = entry.rotates;
  info.timestamp = entry.timestamp;
  info.rates = entry.rates.rates(now);
  info.acknowledgements = entry.acknowledgements;
  info.acknowledged = {entry.acknowledged_file, entry.acknowledged_offset};
  return info;
}

}  // namespace

DumpRegistry::Entry::Entry(const Subscriber& its_subscriber, DumpTotals& its_totals)
    : totals(its_totals), subscriber(its_subscriber), since(std::chrono::system_clock::now()) {
  if (subscriber.gtid_data) {
    const Result<binlog::GtidSet> known = dump::known_gtids(subscriber);
    known_gtids = known ? known->text().substr(0, known_gtids_size_max) : std::string();
    subscriber.gtid_data.reset();
  }
}

void DumpRegistry::Entry::count_sent(std::uint64_t bytes, std::uint64_t events) {
  sent_bytes.fetch_add(bytes, std::memory_order_relaxed);
  sent_events.fetch_add(events, std::memory_order_relaxed);
  rates.add(std::chrono::steady_clock::now(), events, bytes);
  totals.bytes.fetch_add(bytes, std::memory_order_relaxed);
  totals.events.fetch_add(events, std::memory_order_relaxed);
}

std::shared_ptr<DumpRegistry::Entry> DumpRegistry::add(const Subscriber& subscriber) {
  auto entry = std::make_shared<Entry>(subscriber, totals_);
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const std::weak_ptr<Entry>& other) { return other.expired(); });
  const std::uint64_t dumps_max = limits_of(subscriber).dumps_max;
  const auto others = std::ranges::count_if(entries_, [&](const std::weak_ptr<Entry>& weak) {
    const std::shared_ptr<Entry> other = weak.lock();
    return other && !other->subscriber.follower &&
           (subscriber.uuid.empty() || other->subscriber.uuid != subscriber.uuid);
  });
  if (dumps_max != 0 && static_cast<std::uint64_t>(others) >= dumps_max) {
    return nullptr;
  }
  entries_.push_back(entry);
  return entry;
}

std::vector<std::uint32_t> DumpRegistry::connections_of(std::string_view uuid) const {
  std::vector<std::uint32_t> connections;
  const std::lock_guard lock(mutex_);
  for (const std::weak_ptr<Entry>& weak : entries_) {
    const std::shared_ptr<Entry> entry = weak.lock();
    if (entry && entry->subscriber.uuid == uuid) {
      connections.push_back(entry->subscriber.connection_id);
    }
  }
  return connections;
}

std::vector<DumpInfo> DumpRegistry::snapshot() const {
  std::vector<std::shared_ptr<Entry>> running;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Entry>& weak : entries_) {
      if (std::shared_ptr<Entry> entry = weak.lock()) {
        running.push_back(std::move(entry));
      }
    }
  }
  const auto now = std::chrono::steady_clock::now();
  std::vector<DumpInfo> dumps;
  dumps.reserve(running.size());
  for (const std::shared_ptr<Entry>& entry : running) {
    dumps.push_back(info_of(*entry, now));
  }
  return dumps;
}

}  // namespace sluice::dump
