#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sql/management_statement.h"

namespace sluice::ctl {

/// The text of management statements (docs/management-statements.md). Every name and value of the caller's is quoted,
/// so that whatever is in it stays a name or a value; what the server then thinks of it is the server's to say.

[[nodiscard]] std::string statement_of(const sql::ShowNodes& show);
[[nodiscard]] std::string statement_of(const sql::ShowBinlogServer& show);
[[nodiscard]] std::string statement_of(const sql::ShowInstances& show);
[[nodiscard]] std::string statement_of(const sql::ShowBinlogHistory& show);
/// Of options.cluster_url only the text is used; there must be one.
[[nodiscard]] std::string statement_of(const sql::CreateBinlog& create);
[[nodiscard]] std::string statement_of(const sql::DropBinlog& drop);
[[nodiscard]] std::string statement_of(const sql::CreateInstance& create);
[[nodiscard]] std::string statement_of(const sql::RunInstance& run);
[[nodiscard]] std::string statement_of(const sql::DropInstance& drop);
[[nodiscard]] std::string statement_of(const sql::SwitchMaster& change);
[[nodiscard]] std::string statement_of(const sql::RebalanceBinlog& rebalance);
[[nodiscard]] std::string statement_of(const sql::SetParameters& set);
[[nodiscard]] std::string statement_of(const sql::CreateUser& create);
[[nodiscard]] std::string statement_of(const sql::SetPassword& set);
[[nodiscard]] std::string statement_of(const sql::DropUsers& drop);

/// SHOW PARAMETERS, all or those like a pattern.
[[nodiscard]] std::string show_parameters(const std::optional<std::string>& like, const sql::Level& level);
/// SHOW [FULL] PROCESSLIST FOR INSTANCE
[[nodiscard]] std::string show_processes(const sql::InstanceName& instance, bool full);
/// SHOW [FULL] BINLOG DUMPLIST FOR INSTANCE
[[nodiscard]] std::string show_dumps(const sql::InstanceName& instance, bool full);
/// KILL [QUERY] id FOR INSTANCE
[[nodiscard]] std::string kill(const sql::InstanceName& instance, std::uint64_t id, bool query_only);
/// PURGE BINARY LOGS TO 'file' FOR INSTANCE
[[nodiscard]] std::string purge_to(const sql::InstanceName& instance, const std::string& file);
/// PURGE BINARY LOGS BEFORE 'time' FOR INSTANCE
[[nodiscard]] std::string purge_before(const sql::InstanceName& instance, const std::string& time);

}  // namespace sluice::ctl
