#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "answers/sql_session.h"

namespace sluice::answers {

/// How an instance is doing at one moment, as REPORT tells what manages it.
struct InstanceReport {
  bool convert_running = false;
  /// Milliseconds between now and convert_checkpoint; 0 if the source has no more, nothing before it was ever reached.
  std::optional<std::uint64_t> convert_delay{};
  std::uint64_t convert_rps = 0;   ///< events the source sent a second
  std::uint64_t convert_eps = 0;   ///< events stored a second
  std::uint64_t convert_iops = 0;  ///< bytes stored a second
  std::uint64_t dumps = 0;
  /// Seconds since 1970: every subscriber has what was committed before; 0
  /// without subscribers.
  std::uint64_t min_dump_checkpoint = 0;
  /// Where files begin, oldest first.
  struct Boundary {
    std::uint32_t time = 0;   ///< of the last transaction before, seconds since 1970
    std::string file;         ///< "mysql-bin.000003"
    std::string gtids;        ///< all before
    std::uint64_t count = 0;  ///< how many those are
  };
  std::vector<Boundary> boundaries;
  std::string gtids_purged;
  std::uint64_t convert_checkpoint = 0;  ///< seconds since 1970: what the source committed before is stored
  std::uint64_t dump_errors = 0;         ///< dumps that ended with an error, since the start
  std::uint64_t purged_checkpoint = 0;   ///< seconds since 1970: of the last purged transaction; 0: none
  std::string first_log_file{};          ///< the oldest; empty: there is none yet, as for the next
  std::string log_file{};                ///< the newest
  std::uint64_t log_position = 0;        ///< its end
  std::string capture_state{};           ///< as SHOW STATUS has it
  std::string capture_error{};           ///< empty while it captures
};

inline constexpr std::size_t report_boundaries_max = 200;

/// One row: convert_running, convert_delay, convert_rps, convert_eps,
/// convert_iops, nof_dump, min_dump_checkpoint, incr_gtid_seq (boundaries as
/// time#file#gtids#count, "|" between them), last_gtid_purged,
/// convert_checkpoint, dump_error_count, last_checkpoint_purged; and, beyond those of the vendor's service,
/// first_log_file, log_file, log_position, capture_state, capture_error.
[[nodiscard]] SqlRows answer_report(const InstanceReport& report);

}  // namespace sluice::answers
