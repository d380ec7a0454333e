#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/management_statement.h"

namespace sluice::ctl {

/// Reads a tenant as people write it: cluster.tenant, cut at the first point; or `cluster`.`tenant` with back-ticks
/// around either, doubled inside, for names with points. Neither part may be empty, have a zero byte or more than 128
/// bytes.
[[nodiscard]] Result<sql::TenantName> parse_tenant(std::string_view text);

/// The tenant so that parse_tenant() reads it: with back-ticks only where they are needed.
[[nodiscard]] std::string tenant_text(const sql::TenantName& tenant);

}  // namespace sluice::ctl
