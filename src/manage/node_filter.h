#pragma once

#include <optional>

#include "metadb/servers.h"
#include "sql/management_statement.h"

namespace sluice::manage {

/// Whether a server is what FROM {IP | ZONE | REGION | GROUP} says; all are without it.
[[nodiscard]] inline bool passes(const std::optional<sql::NodeFilter>& filter, const metadb::ServerIdentity& server) {
  if (!filter) return true;
  switch (filter->by) {
    case sql::NodeFilter::By::ip:
      return server.address == filter->value;
    case sql::NodeFilter::By::zone:
      return server.zone == filter->value;
    case sql::NodeFilter::By::region:
      return server.region == filter->value;
    case sql::NodeFilter::By::group:
      break;
  }
  return server.group == filter->value;
}

}  // namespace sluice::manage
