#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "answers/made_up_server.h"
#include "answers/statement_executor.h"

namespace sluice::answers {

inline constexpr const char* uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/// For tests: a session of a made-up server, and what it answers, each on a line.
class StatementExecutorTest : public testing::Test {
 protected:
  std::string run(std::string_view sql) { return shown(execute_to_end(session_, sql)); }

  /// Only the value, of an answer with one.
  std::string value(std::string_view sql) {
    const StatementResult result = execute_to_end(session_, sql);
    const auto* rows = std::get_if<SqlRows>(&result);
    if (rows == nullptr || rows->rows.size() != 1 || rows->rows[0].size() != 1) return shown(result);
    return rows->rows[0][0].value_or("NULL");
  }

  std::string error(std::string_view sql) {
    const StatementResult result = execute_to_end(session_, sql);
    const auto* refused = std::get_if<SqlError>(&result);
    return refused == nullptr ? "no error" : std::to_string(refused->code) + " " + refused->message;
  }

  SqlColumn::Type type(std::string_view sql) {
    const StatementResult result = execute_to_end(session_, sql);
    return std::get<SqlRows>(result).columns.at(0).type;
  }

  binlog::Gtid gtid(std::uint64_t number) const { return {{*binlog::parse_uuid(uuid), ""}, number}; }

  /// A statement of another session.
  std::string run_as(const SqlClient& client, std::string_view sql) {
    StatementExecutor session(server_, client);
    return shown(session.execute(sql));
  }
  std::string admin(std::string_view sql) { return run_as({.user = "root", .admin = true}, sql); }

  MadeUpServer server_;
  StatementExecutor session_{server_,
                             {.connection_id = 7, .user = "u", .host = "192.0.2.9", .database = "", .tls = true}};
};

}  // namespace sluice::answers
