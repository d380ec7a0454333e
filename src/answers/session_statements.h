#pragma once

#include "answers/evaluation.h"
#include "answers/server_state.h"
#include "answers/sql_session.h"
#include "sql/statement.h"

namespace sluice::answers {

/// The statements about connections. Administrators see and end all of them, others those of their own user.

/// SHOW PROCESSLIST. Info has 100 characters unless FULL.
[[nodiscard]] SqlRows answer_process_list(const sql::ShowProcessList& show, const EvaluationContext& context);

/// SHOW BINLOG DUMPLIST: one row a running dump. DumpDelay is in milliseconds, DumpEps in events and DumpIops in bytes
/// a second, DumpCheckpoint in seconds since 1970. Info is a JSON object; the GTIDs in it are cut to 100 characters
/// unless FULL.
[[nodiscard]] SqlRows answer_dump_list(const sql::ShowDumpList& show, const EvaluationContext& context);

/// SHOW SLAVE HOSTS, SHOW REPLICAS: the subscribers that registered themselves and are still there. MariaDB has no
/// column for their UUID.
[[nodiscard]] SqlRows answer_replicas(const sql::ShowReplicas& show, const ServerState& server);

/// KILL. Errors 1094 (no such connection), 1095 (somebody else's) and, for a connection that ends itself, 1317.
[[nodiscard]] Result<void> execute_kill(const sql::Kill& kill, const EvaluationContext& context, ServerState& server);

/// "state" of a dump in both lists.
namespace dump_state {
inline constexpr std::string_view ahead = "Waiting for the log to reach where the subscriber wants to begin";
inline constexpr std::string_view init = "Init";
inline constexpr std::string_view sending = "Send event";
inline constexpr std::string_view waiting = "Master has sent all binlog to slave; waiting for binlog to be updated";
}  // namespace dump_state

}  // namespace sluice::answers
