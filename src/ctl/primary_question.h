#pragma once

#include "ctl/failure.h"
#include "ctl/overview.h"
#include "ctl/session.h"

namespace sluice::ctl {

/// Asks where the tenant's primary is (SHOW BINLOG SERVER). That there is none is an answer, whose `trouble` says why;
/// a failure is a connection that was lost.
[[nodiscard]] Outcome<Primary> ask_primary(Session& session, const sql::TenantName& tenant);

}  // namespace sluice::ctl
