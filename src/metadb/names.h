#pragma once

#include <cstdint>
#include <string>

#include "metadb/meta_db.h"

namespace sluice::metadb {

/// A tenant, "cluster.tenant".
struct TenantName {
  std::string cluster{};
  std::string tenant{};

  bool operator==(const TenantName&) const = default;
};

[[nodiscard]] inline std::string to_text(const TenantName& name) {
  return name.cluster + "." + name.tenant;
}

/// A part of a list: at most `limit` rows behind the first `offset`.
struct Page {
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};

/// `more` and the name, bound as :cluster and :tenant.
[[nodiscard]] inline Parameters bound_name(const TenantName& name, Parameters more = {}) {
  more.push_back({"cluster", name.cluster});
  more.push_back({"tenant", name.tenant});
  return more;
}

/// The condition that goes with bound_name().
inline constexpr const char* is_tenant = "cluster = :cluster AND tenant = :tenant";

}  // namespace sluice::metadb
