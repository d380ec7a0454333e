#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/result_set.h"

namespace sluice::mysql {

/// The server's part in prepared statements (MySQL manual: "Prepared Statements"). All payloads begin with the command
/// byte.

inline constexpr std::size_t statement_parameters_max = 65535;

/// The payloads that answer COM_STMT_PREPARE: the head, a definition for each parameter and EOF if there are any, the
/// result's columns and EOF if there are any. A statement whose columns are not known yet may give none; clients take
/// what COM_STMT_EXECUTE answers.
[[nodiscard]] std::vector<Bytes> encode_prepare_answer(std::uint32_t statement, std::size_t parameter_count,
                                                       const std::vector<Column>& columns);

/// What a client bound to a parameter.
struct ParameterType {
  ColumnType type = ColumnType::null;
  bool is_unsigned = false;

  bool operator==(const ParameterType&) const = default;
};

/// Whether a value of the type may stand in a statement without quotes.
[[nodiscard]] bool is_number(const ParameterType& type);

/// The statement's number in COM_STMT_EXECUTE, _SEND_LONG_DATA, _CLOSE, _RESET and _FETCH.
[[nodiscard]] Result<std::uint32_t> decode_statement_id(ByteView payload);

/// COM_STMT_SEND_LONG_DATA: a piece of a parameter's value. There is no answer to it, not even to a wrong one.
struct LongData {
  std::uint32_t statement = 0;
  std::uint16_t parameter = 0;
  ByteView data;  ///< into the payload
};
[[nodiscard]] Result<LongData> decode_long_data(ByteView payload);

/// Values that came by COM_STMT_SEND_LONG_DATA, by parameter.
using LongDataValues = std::map<std::uint16_t, std::string>;

/// COM_STMT_EXECUTE.
struct ExecuteStatement {
  std::uint32_t statement = 0;
  std::uint8_t flags = 0;  ///< not 0: a cursor is wished for; an answer without cursor_exists in its status grants none
  std::vector<ParameterType> types;  ///< one a parameter; to be remembered, the next execution may leave them out
  Row parameters;                    ///< as text: numbers in decimal, "2026-01-02 03:04:05.000006", "-26:03:04"
};

/// `parameter_count` is the statement's; `remembered` the types of its last execution (empty before the first);
/// `long_data` what was sent beforehand. Wants the form without query_attributes: do not offer that capability.
[[nodiscard]] Result<ExecuteStatement> decode_execute(ByteView payload, std::size_t parameter_count,
                                                      const std::vector<ParameterType>& remembered,
                                                      const LongDataValues& long_data = {});

}  // namespace sluice::mysql
