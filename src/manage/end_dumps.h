#pragma once

#include <string>
#include <vector>

#include "manage/instance_client.h"
#include "metadb/instances.h"

namespace sluice::manage {

/// Ends the dumps of a former primary's subscribers, who come again and are sent to the new one. What did not work is
/// told, for people. Blocks.
[[nodiscard]] std::vector<std::string> end_dumps(const metadb::Instance& former, const InstanceClient& instances);

}  // namespace sluice::manage
