#pragma once

#include <map>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/gtid.h"

namespace sluice::binlog {

/// A half-open range of GTID numbers, [begin, end), never empty.
struct GtidInterval {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  auto operator<=>(const GtidInterval&) const = default;
};

/// A set of GTIDs: for each source the sorted, disjoint, not touching intervals of its numbers. A value; not for
/// several threads at once. Adding next to the end of a source's last interval, the usual case, takes logarithmic time
/// in the number of sources only.
class GtidSet {
 public:
  [[nodiscard]] bool empty() const { return sources_.empty(); }
  [[nodiscard]] bool contains(const Gtid& gtid) const { return contains(gtid.source, gtid.number); }
  [[nodiscard]] bool contains(const GtidSource& source, std::uint64_t number) const;
  /// Whether every GTID of this set is in `other`.
  [[nodiscard]] bool is_subset_of(const GtidSet& other) const;

  void add(const Gtid& gtid) { add(gtid.source, {gtid.number, gtid.number + 1}); }
  void add(const GtidSource& source, GtidInterval interval);
  void add(const GtidSet& other);
  void remove(const GtidSet& other);
  void remove(const Gtid& gtid);
  /// The GTIDs of this set whose sources `other` has too, whatever their numbers.
  [[nodiscard]] GtidSet of_sources_in(const GtidSet& other) const;

  [[nodiscard]] bool operator==(const GtidSet&) const = default;

  /// As MySQL prints it: sources in order, "uuid:1-5:7:tag:1-2", separated by `separator`.
  [[nodiscard]] std::string text(std::string_view separator = ",") const;

  /// The body of PREVIOUS_GTIDS and the data of COM_BINLOG_DUMP_GTID: MySQL 5.6's form if no source has a tag, else the
  /// one of 8.3 (rpl_gtid_set.cc, Gtid_set::encode). A MySQL server that has seen a tag since it was started writes the
  /// latter whatever the set holds; here the same set always gives the same bytes.
  [[nodiscard]] Bytes encode() const;

  [[nodiscard]] const std::map<GtidSource, std::vector<GtidInterval>>& sources() const { return sources_; }

 private:
  std::map<GtidSource, std::vector<GtidInterval>> sources_;
};

/// Parses the text form as MySQL 9.7 does: white space anywhere between parts, upper or lower case, uuids as parse_uuid
/// takes them, "uuid:5", "uuid:1-5:8-9", "uuid:1-5:tag:1-2" (a tag holds up to the next one), empty text, doubled
/// commas; intervals in any order, overlapping or with end before begin (empty). A number above gtid_number_max, or a
/// first number of 0, is an error.
[[nodiscard]] Result<GtidSet> parse_gtid_set(std::string_view text);

/// Reads what GtidSet::encode writes, in both forms. Refuses intervals that are empty or out of order, more than
/// `bytes` can hold, and anything behind the set.
[[nodiscard]] Result<GtidSet> decode_gtid_set(ByteView bytes);

}  // namespace sluice::binlog
