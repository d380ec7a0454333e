#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "answers/sql_session.h"

namespace sluice::session {

/// Answers a few made-up statements.
class TestSql : public answers::SqlSession {
 public:
  [[nodiscard]] bool may_block(std::string_view sql) const override { return sql.starts_with("WAIT"); }
  [[nodiscard]] bool may_block_prepared(std::uint32_t) const override { return false; }

  [[nodiscard]] answers::StatementResult execute(std::string_view sql) override {
    if (sql.starts_with("WAIT")) {
      while (!cancelled) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      return answers::SqlError{1317, "70100", "Query execution was interrupted"};
    }
    if (sql == "LATER") {  // once `went_on` is true
      if (went_on || cancelled) {
        return answers::SqlOk{};
      }
      return answers::SqlWait{[this] { return went_on.load(); }, std::chrono::steady_clock::time_point::max(),
                              [this](std::function<void()> wake) { waits.set_value(std::move(wake)); }};
    }
    if (sql == "ROWS") {
      return answers::SqlRows{{{"a", answers::SqlColumn::Type::text},
                               {"b", answers::SqlColumn::Type::integer},
                               {"c", answers::SqlColumn::Type::real}},
                              {{"x", "-5", "1.5"}, {std::nullopt, std::nullopt, std::nullopt}}};
    }
    if (sql == "DATABASE") {
      return answers::SqlRows{{{"d", answers::SqlColumn::Type::text}}, {{database}}};
    }
    return answers::SqlError{1064, "42000", "what is that: " + std::string(sql)};
  }
  [[nodiscard]] std::expected<answers::SqlPrepared, answers::SqlError> prepare(std::string_view) override {
    return answers::SqlPrepared{5, 3};
  }
  [[nodiscard]] answers::StatementResult execute_prepared(std::uint32_t,
                                                          std::span<const answers::SqlParameter> parameters) override {
    answers::SqlRows rows{{{"kind", answers::SqlColumn::Type::integer}, {"lie", answers::SqlColumn::Type::integer}},
                          {}};
    for (const answers::SqlParameter& parameter : parameters) {
      rows.rows.push_back({std::to_string(parameter.index()), "no number"});
    }
    return rows;
  }
  void close_prepared(std::uint32_t) override {}
  [[nodiscard]] answers::StatementResult use_database(std::string_view name) override {
    if (name == "bad") {
      return answers::SqlError{1049, "42000", "Unknown database 'bad'"};
    }
    database = name;
    return answers::SqlOk{};
  }
  void reset() override { database.clear(); }
  void change_client(const answers::SqlClient& client) override { database = client.database; }
  [[nodiscard]] std::optional<std::string> user_variable(std::string_view) const override { return std::nullopt; }
  [[nodiscard]] std::chrono::milliseconds idle_timeout() const override { return idle; }
  void cancel() override { cancelled = true; }
  [[nodiscard]] bool interrupted() const override { return cancelled; }
  void interrupt() override { cancelled = true; }

  std::string database;
  std::chrono::milliseconds idle{};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> went_on{false};           ///< what "LATER" waits for
  std::promise<std::function<void()>> waits;  ///< how to wake it
};

}  // namespace sluice::session
