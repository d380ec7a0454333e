#include "binlog/gtid_set.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_writer.h"

namespace sluice::binlog {
namespace {

using Intervals = std::vector<GtidInterval>;

/// The first byte and the last of the source count say which form follows; 5.6 writes 0 in the last.
constexpr std::uint64_t tagged_form = 1;

/// The first interval that ends behind `number`.
auto first_ending_behind(const Intervals& intervals, std::uint64_t number) {
  return std::partition_point(intervals.begin(), intervals.end(),
                              [number](const GtidInterval& interval) { return interval.end <= number; });
}

/// What is left of `from` without `removed`.
Intervals subtract(const Intervals& from, const Intervals& removed) {
  Intervals left;
  auto cut = removed.begin();
  for (GtidInterval interval : from) {
    while (cut != removed.end() && cut->end <= interval.begin)
      ++cut;
    for (; cut != removed.end() && cut->begin < interval.end; ++cut) {
      if (interval.begin < cut->begin) left.push_back({interval.begin, cut->begin});
      interval.begin = std::min(cut->end, interval.end);
      if (cut->end >= interval.end) break;
    }
    if (interval.begin < interval.end) left.push_back(interval);
  }
  return left;
}

bool is_subset(const Intervals& inner, const Intervals& outer) {
  auto around = outer.begin();
  for (const GtidInterval& interval : inner) {
    while (around != outer.end() && around->end < interval.end)
      ++around;
    if (around == outer.end() || around->begin > interval.begin) return false;
  }
  return true;
}

}  // namespace

bool GtidSet::contains(const GtidSource& source, std::uint64_t number) const {
  const auto found = sources_.find(source);
  if (found == sources_.end()) return false;
  const auto interval = first_ending_behind(found->second, number);
  return interval != found->second.end() && interval->begin <= number;
}

bool GtidSet::is_subset_of(const GtidSet& other) const {
  return std::all_of(sources_.begin(), sources_.end(), [&other](const auto& entry) {
    const auto found = other.sources_.find(entry.first);
    return found != other.sources_.end() && is_subset(entry.second, found->second);
  });
}

void GtidSet::add(const GtidSource& source, GtidInterval interval) {
  SLUICE_ASSERT(interval.begin >= 1 && interval.begin < interval.end && interval.end <= gtid_number_max + 1);
  Intervals& intervals = sources_[source];
  if (intervals.empty() || intervals.back().end < interval.begin) {
    intervals.push_back(interval);
    return;
  }
  if (intervals.back().begin <= interval.begin) {
    intervals.back().end = std::max(intervals.back().end, interval.end);
    return;
  }
  // Everything from the first interval that touches the new one to the last becomes one with it.
  const auto first = std::partition_point(intervals.begin(), intervals.end(),
                                          [&](const GtidInterval& old) { return old.end < interval.begin; });
  const auto behind =
      std::partition_point(first, intervals.end(), [&](const GtidInterval& old) { return old.begin <= interval.end; });
  if (first == behind) {
    intervals.insert(first, interval);
    return;
  }
  first->begin = std::min(first->begin, interval.begin);
  first->end = std::max((behind - 1)->end, interval.end);
  intervals.erase(first + 1, behind);
}

void GtidSet::add(const GtidSet& other) {
  if (&other == this) return;
  for (const auto& [source, intervals] : other.sources_) {
    for (const GtidInterval& interval : intervals)
      add(source, interval);
  }
}

void GtidSet::remove(const GtidSet& other) {
  if (&other == this) {
    sources_.clear();
    return;
  }
  for (const auto& [source, intervals] : other.sources_) {
    const auto found = sources_.find(source);
    if (found == sources_.end()) continue;
    found->second = subtract(found->second, intervals);
    if (found->second.empty()) sources_.erase(found);
  }
}

void GtidSet::remove(const Gtid& gtid) {
  const auto found = sources_.find(gtid.source);
  if (found == sources_.end()) return;
  found->second = subtract(found->second, {{gtid.number, gtid.number + 1}});
  if (found->second.empty()) sources_.erase(found);
}

GtidSet GtidSet::of_sources_in(const GtidSet& other) const {
  GtidSet result;
  for (const auto& entry : sources_) {
    if (other.sources_.contains(entry.first)) result.sources_.insert(result.sources_.end(), entry);
  }
  return result;
}

std::string GtidSet::text(std::string_view separator) const {
  std::string text;
  const Uuid* uuid = nullptr;
  for (const auto& [source, intervals] : sources_) {
    if (uuid == nullptr || *uuid != source.uuid) {
      if (uuid != nullptr) text += separator;
      text += source.uuid.text();
      uuid = &source.uuid;
    }
    if (!source.tag.empty()) fmt::format_to(std::back_inserter(text), ":{}", source.tag);
    for (const GtidInterval& interval : intervals) {
      fmt::format_to(std::back_inserter(text), ":{}", interval.begin);
      if (interval.end > interval.begin + 1) fmt::format_to(std::back_inserter(text), "-{}", interval.end - 1);
    }
  }
  return text;
}

Bytes GtidSet::encode() const {
  const bool tagged =
      std::any_of(sources_.begin(), sources_.end(), [](const auto& entry) { return !entry.first.tag.empty(); });
  ByteWriter writer;
  if (tagged)
    writer.u8(tagged_form).u48(sources_.size()).u8(tagged_form);
  else
    writer.u64(sources_.size());
  for (const auto& [source, intervals] : sources_) {
    writer.bytes(source.uuid.bytes);
    if (tagged) {
      // The length is a variable-length number of MySQL's serialization library; below 64 that is one byte, shifted.
      static_assert(gtid_tag_size_max < 64);
      writer.u8(source.tag.size() << 1U).text(source.tag);
    }
    writer.u64(intervals.size());
    for (const GtidInterval& interval : intervals)
      writer.u64(interval.begin).u64(interval.end);
  }
  return std::move(writer).take();
}

}  // namespace sluice::binlog
