#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace sluice::instance {

/// What tells this instance, as a replica, from all others: chosen once, kept in <data_directory>/replica_uuid.
struct InstanceIdentity {
  std::string replica_uuid;
  std::uint32_t server_id = 0;  ///< derived from the uuid; unlikely to meet anybody else's
};

[[nodiscard]] Result<InstanceIdentity> load_or_make_identity(const std::filesystem::path& data_directory);

}  // namespace sluice::instance
