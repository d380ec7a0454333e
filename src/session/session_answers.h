#pragma once

#include <span>
#include <vector>

#include "answers/sql_session.h"
#include "base/bytes.h"
#include "mysql/capabilities.h"
#include "mysql/prepared_statement.h"
#include "mysql/result_set.h"

namespace sluice::session {

/// Between the SQL side's values and the wire's.

/// The payloads that answer COM_QUERY.
[[nodiscard]] std::vector<Bytes> encode_query_answer(const answers::StatementResult& result,
                                                     mysql::Capabilities capabilities);

/// The payloads that answer COM_STMT_EXECUTE.
[[nodiscard]] std::vector<Bytes> encode_execute_answer(const answers::StatementResult& result,
                                                       mysql::Capabilities capabilities);

[[nodiscard]] Bytes encode_sql_error(const answers::SqlError& error);

// What the protocol itself refuses, in MySQL's words.
[[nodiscard]] answers::SqlError malformed_packet();
[[nodiscard]] answers::SqlError packet_too_large();
[[nodiscard]] answers::SqlError unknown_command();
/// `command`: "EXECUTE" or "RESET".
[[nodiscard]] answers::SqlError unknown_statement(std::uint32_t id, std::string_view command);

/// What a client bound to the parameters; numbers become numbers if they fit 64 bits.
[[nodiscard]] std::vector<answers::SqlParameter> to_parameters(const mysql::ExecuteStatement& statement);

}  // namespace sluice::session
