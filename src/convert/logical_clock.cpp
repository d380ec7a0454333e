#include "convert/logical_clock.h"

#include <algorithm>

namespace sluice::convert {
namespace {

/// More transactions than any file holds. What a source sends beyond is damage, with which one can still count.
constexpr std::int64_t sequence_max = 1LL << 40;

}  // namespace

void LogicalClock::begin_file() {
  last_sequence_ = 0;
  difference_.reset();
  group_committed_ = 0;
}

binlog::GtidEvent::LogicalClock LogicalClock::rebase(const binlog::GtidEvent::LogicalClock& source,
                                                     std::string_view epoch) {
  const std::int64_t source_sequence = std::clamp<std::int64_t>(source.sequence_number, 0, sequence_max);
  const std::int64_t source_committed = std::clamp<std::int64_t>(source.last_committed, 0, sequence_max);
  if (!difference_ || epoch != epoch_ || source_sequence + *difference_ <= last_sequence_) {
    difference_ = last_sequence_ + 1 - source_sequence;
    epoch_ = epoch;
  }
  const std::int64_t sequence = source_sequence + *difference_;
  const std::int64_t committed = std::clamp<std::int64_t>(source_committed + *difference_, 0, sequence - 1);
  last_sequence_ = sequence;
  return {.last_committed = committed, .sequence_number = sequence};
}

binlog::GtidEvent::LogicalClock LogicalClock::assign(std::optional<std::uint64_t> commit_group) {
  if (!commit_group || commit_group != commit_group_) group_committed_ = last_sequence_;
  commit_group_ = commit_group;
  ++last_sequence_;
  return {.last_committed = group_committed_, .sequence_number = last_sequence_};
}

}  // namespace sluice::convert
