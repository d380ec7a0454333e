#include "base/assert.h"
#include "binlog/gtid_set.h"

// Any bytes as a GTID set, in both forms: what is accepted must come out again as it went in.

using namespace sluice;
using namespace sluice::binlog;

namespace {

void check(const GtidSet& set) {
  const Result<GtidSet> from_text = parse_gtid_set(set.text(" ,\n"));
  SLUICE_ASSERT(from_text && *from_text == set);
  const Result<GtidSet> from_bytes = decode_gtid_set(set.encode());
  SLUICE_ASSERT(from_bytes && *from_bytes == set);
  for (const auto& [source, intervals] : set.sources()) {
    SLUICE_ASSERT(!intervals.empty());
    std::uint64_t before = 0;
    for (const GtidInterval& interval : intervals) {
      SLUICE_ASSERT(interval.begin > before && interval.end > interval.begin);
      SLUICE_ASSERT(set.contains(source, interval.begin) && !set.contains(source, interval.end));
      before = interval.end;
    }
  }
}

/// Left and right must obey the laws of sets.
void check_together(const GtidSet& left, const GtidSet& right) {
  GtidSet both = left;
  both.add(right);
  check(both);
  SLUICE_ASSERT(left.is_subset_of(both) && right.is_subset_of(both));
  GtidSet other_order = right;
  other_order.add(left);
  SLUICE_ASSERT(both == other_order);
  GtidSet without = both;
  without.remove(right);
  check(without);
  SLUICE_ASSERT(without.is_subset_of(left));
  GtidSet rest = left;
  rest.remove(without);
  SLUICE_ASSERT(rest.is_subset_of(right));
  without.add(right);
  SLUICE_ASSERT(without == both);
  SLUICE_ASSERT(left.of_sources_in(right).is_subset_of(left));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const Result<GtidSet> decoded = decode_gtid_set(bytes);
  if (decoded) check(*decoded);
  const std::string_view text = as_text(bytes);
  const std::size_t half = std::min(text.find('|'), text.size());
  const Result<GtidSet> left = parse_gtid_set(text.substr(0, half));
  if (!left) return 0;
  check(*left);
  const Result<GtidSet> right = parse_gtid_set(text.substr(std::min(half + 1, text.size())));
  if (right) check_together(*left, *right);
  return 0;
}
