#include "manage/end_dumps.h"

#include <fmt/format.h>

namespace sluice::manage {

std::vector<std::string> end_dumps(const metadb::Instance& former, const InstanceClient& instances) {
  const InstanceClient::Address address{former.ip, former.port};
  const auto dumps = instances.ask(address, "SHOW BINLOG DUMPLIST");
  if (!dumps) {
    return {fmt::format("subscribers of the former primary {} stay on it: {}", former.name, dumps.error().message)};
  }
  std::vector<std::string> troubles;
  for (const mysql::Row& dump : dumps->rows) {
    if (dump.empty() || !dump.front()) continue;
    const auto killed = instances.ask(address, "KILL " + *dump.front());
    if (!killed) {
      troubles.push_back(
          fmt::format("the subscriber {} of {} stays: {}", *dump.front(), former.name, killed.error().message));
    }
  }
  return troubles;
}

}  // namespace sluice::manage
