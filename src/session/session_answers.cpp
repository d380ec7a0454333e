#include "session/session_answers.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace sluice::session {

namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

bool fits(answers::SqlColumn::Type type, const std::string& text) {
  return type == answers::SqlColumn::Type::integer ? parse_number<std::int64_t>(text).has_value()
                                                   : parse_number<std::uint64_t>(text).has_value();
}

/// Integers travel in binary; a column that claims to have them and does not (a tenant's answer) goes as text.
mysql::Column to_column(const answers::SqlRows& rows, std::size_t index) {
  const answers::SqlColumn& column = rows.columns[index];
  switch (column.type) {
    case answers::SqlColumn::Type::integer:
    case answers::SqlColumn::Type::unsigned_integer: {
      const bool all_fit = std::all_of(rows.rows.begin(), rows.rows.end(), [&](const mysql::Row& row) {
        return !row[index] || fits(column.type, *row[index]);
      });
      if (all_fit) {
        return mysql::integer_column(column.name, column.type == answers::SqlColumn::Type::unsigned_integer);
      }
      break;
    }
    case answers::SqlColumn::Type::real: {
      // A decimal is sent as text in both protocols and loses no digit.
      mysql::Column real = mysql::text_column(column.name, 32);
      real.type = mysql::ColumnType::newdecimal;
      real.charset = mysql::charset_binary;
      return real;
    }
    case answers::SqlColumn::Type::text:
      break;
  }
  return mysql::text_column(column.name);
}

std::vector<Bytes> encode_answer(const answers::StatementResult& result, mysql::Capabilities capabilities,
                                 bool binary) {
  if (const auto* error = std::get_if<answers::SqlError>(&result)) {
    return {encode_sql_error(*error)};
  }
  if (const auto* done = std::get_if<answers::SqlOk>(&result)) {
    mysql::Ok ok;
    ok.affected_rows = done->affected_rows;
    ok.warnings = done->warnings;
    ok.info = done->info;
    return {mysql::encode_ok(ok, capabilities)};
  }
  const answers::SqlRows& rows = std::get<answers::SqlRows>(result);
  mysql::ResultSet set;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    set.columns.push_back(to_column(rows, i));
  }
  set.rows = rows.rows;
  return binary ? mysql::encode_binary_result(set) : mysql::encode_text_result(set);
}

answers::SqlParameter to_parameter(const mysql::ParameterType& type, const mysql::Value& value) {
  if (!value) {
    return std::monostate();
  }
  if (mysql::is_number(type)) {
    if (const auto number = parse_number<std::int64_t>(*value)) {
      return *number;
    }
    if (const auto number = parse_number<std::uint64_t>(*value)) {
      return *number;
    }
    if (type.type == mysql::ColumnType::double_ || type.type == mysql::ColumnType::float_) {
      if (const auto number = parse_number<double>(*value)) {
        return *number;
      }
    }
  }
  return *value;
}

}  // namespace

std::vector<Bytes> encode_query_answer(const answers::StatementResult& result, mysql::Capabilities capabilities) {
  return encode_answer(result, capabilities, false);
}

std::vector<Bytes> encode_execute_answer(const answers::StatementResult& result, mysql::Capabilities capabilities) {
  return encode_answer(result, capabilities, true);
}

Bytes encode_sql_error(const answers::SqlError& error) {
  return mysql::encode_error({error.code, error.state, error.message});
}

std::vector<answers::SqlParameter> to_parameters(const mysql::ExecuteStatement& statement) {
  std::vector<answers::SqlParameter> parameters;
  parameters.reserve(statement.parameters.size());
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    parameters.push_back(to_parameter(statement.types[i], statement.parameters[i]));
  }
  return parameters;
}

answers::SqlError malformed_packet() {
  return {1835, "HY000", "Malformed communication packet."};
}

answers::SqlError packet_too_large() {
  return {1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes"};
}

answers::SqlError unknown_command() {
  return {1047, "08S01", "Unknown command"};
}

answers::SqlError unknown_statement(std::uint32_t id, std::string_view command) {
  return {1243, "HY000", fmt::format("Unknown prepared statement handler ({}) given to {}", id, command)};
}

}  // namespace sluice::session
