#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "binlog/format_description.h"
#include "binlog/gtid_set.h"

namespace sluice::convert {

/// What decides, beside the source's stream, which bytes stand where in a tenant's log. The same layout and the same
/// stream give the same log on every host and in every run.
struct Layout {
  std::uint32_t server_id = 1;  ///< the tenant's; in the events that are ours (ROTATE and the files' headers)
  binlog::Uuid assigned_uuid;   ///< of the GTIDs given to transactions that have none
  std::uint64_t max_binlog_size = 512U << 20U;  ///< a file ends with the transaction that reaches this size
};

/// Where in the log conversion begins or is taken up: just before a transaction, or before a file's header.
struct LogState {
  std::uint64_t file = 1;                           ///< number of the file
  std::uint64_t offset = 0;                         ///< in it; 0 if it has not been begun
  std::int64_t last_sequence = 0;                   ///< logical clock of the transaction before, in this file
  std::uint32_t last_timestamp = 0;                 ///< of the transaction before, in whichever file
  binlog::GtidSet executed;                         ///< all GTIDs before
  std::optional<binlog::FormatDescription> format;  ///< of the file, if it has been begun
  std::string source_place;                         ///< where the source has to be read from to get what follows
};

/// An id for a tenant, derived from its name: never 0, the same everywhere.
[[nodiscard]] std::uint32_t derive_server_id(std::string_view tenant);

/// A uuid for one purpose of a tenant. The last four bytes are `number`, so that it can be told from the uuid.
[[nodiscard]] binlog::Uuid derive_uuid(std::string_view tenant, std::uint32_t number);
/// The number in a uuid that derive_uuid made for this tenant; nothing for other uuids.
[[nodiscard]] std::optional<std::uint32_t> derived_number(std::string_view tenant, const binlog::Uuid& uuid);

}  // namespace sluice::convert
