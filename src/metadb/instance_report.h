#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "metadb/states.h"

namespace sluice::metadb {

/// What a server says of one of its instances with every beat.
struct InstanceReport {
  std::string name{};
  InstanceState state = InstanceState::init;
  std::int64_t pid = 0;
  std::int64_t delay_ms = -1;      ///< behind the tenant's database; -1: not known
  std::int64_t subscribers = 0;    ///< connections that read the log
  std::string first_file{};        ///< the oldest log file's name
  std::string last_file{};         ///< the newest log file's name
  std::uint64_t end_position = 0;  ///< of that file
  double cpu_used = -1;            ///< processors; -1: not known, as the next two
  std::int64_t memory_used = -1;   ///< bytes resident
  std::int64_t disk_used = -1;     ///< bytes of its directory
  std::string trouble{};           ///< why it does not capture at the moment; empty: it does
  std::string capture{};           ///< state of its capture: "capturing", "following", "reconnecting", ...
  /// How long it has answered its server nothing though its process lives; -1: it answers, or nobody asked it yet.
  std::int64_t unanswered_ms = -1;
  /// How long its log's disk has been in trouble (cluster/disk_watch.h); -1: it is not.
  std::int64_t disk_trouble_ms = -1;

  bool operator==(const InstanceReport&) const = default;
};

/// As JSON, which is one column of the server's row. Pure. Invalid UTF-8 in names is replaced.
[[nodiscard]] std::string to_json(std::span<const InstanceReport> reports);
/// Members that are missing keep their defaults, unknown ones are left out: servers of two versions may share a MetaDB.
[[nodiscard]] Result<std::vector<InstanceReport>> parse_reports(std::string_view json);

}  // namespace sluice::metadb
