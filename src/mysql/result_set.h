#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/column.h"
#include "mysql/response.h"

namespace sluice::mysql {

/// A value as text, or NULL.
using Value = std::optional<std::string>;
using Row = std::vector<Value>;

inline constexpr std::size_t result_columns_max = 4096;  ///< as in MySQL

/// Columns and rows held in memory: fit for the answers to SHOW and SELECT of variables. Each row has a value for each
/// column.
struct ResultSet {
  std::vector<Column> columns;  ///< at least one
  std::vector<Row> rows;
};

/// The payloads that answer COM_QUERY: column count, columns, EOF, rows, EOF (MySQL manual: "Text Resultset"; the form
/// without deprecate_eof).
[[nodiscard]] std::vector<Bytes> encode_text_result(const ResultSet& result, const Eof& end = {});

/// The payloads that answer COM_STMT_EXECUTE ("Binary Protocol Resultset"). Values of LONGLONG columns must be decimal
/// numbers; of all other columns they go out as text, whose type must be a string type.
[[nodiscard]] std::vector<Bytes> encode_binary_result(const ResultSet& result, const Eof& end = {});

[[nodiscard]] Bytes encode_column_count(std::size_t count);
/// 1 to result_columns_max. OK, ERR and the request for a local file (0xFB) may stand here: see to them first.
[[nodiscard]] Result<std::size_t> decode_column_count(ByteView payload);

[[nodiscard]] Bytes encode_text_row(const Row& row);
[[nodiscard]] Result<Row> decode_text_row(ByteView payload, std::size_t column_count);

[[nodiscard]] Bytes encode_binary_row(const std::vector<Column>& columns, const Row& row);

}  // namespace sluice::mysql
