#include "mysql/result_set.h"

#include <charconv>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {
namespace {

constexpr std::uint8_t null_value = 0xFB;
constexpr std::uint8_t binary_row_header = 0x00;
/// The null bitmap of binary rows begins with this many bits for other uses.
constexpr std::size_t binary_null_offset = 2;

std::uint64_t to_longlong(const std::string& text, bool is_unsigned) {
  std::uint64_t value = 0;
  std::int64_t with_sign = 0;
  const char* const end = text.data() + text.size();
  const auto result =
      is_unsigned ? std::from_chars(text.data(), end, value) : std::from_chars(text.data(), end, with_sign);
  SLUICE_ASSERT(result.ec == std::errc() && result.ptr == end);
  return is_unsigned ? value : static_cast<std::uint64_t>(with_sign);
}

template <typename EncodeRow>
std::vector<Bytes> encode_result(const ResultSet& result, const Eof& end, EncodeRow encode_row) {
  SLUICE_ASSERT(!result.columns.empty());
  std::vector<Bytes> payloads;
  payloads.reserve(result.columns.size() + result.rows.size() + 3);
  payloads.push_back(encode_column_count(result.columns.size()));
  for (const Column& column : result.columns) {
    payloads.push_back(encode_column(column));
  }
  payloads.push_back(encode_eof(end));
  for (const Row& row : result.rows) {
    SLUICE_ASSERT(row.size() == result.columns.size());
    payloads.push_back(encode_row(row));
  }
  payloads.push_back(encode_eof(end));
  return payloads;
}

}  // namespace

std::vector<Bytes> encode_text_result(const ResultSet& result, const Eof& end) {
  return encode_result(result, end, &encode_text_row);
}

std::vector<Bytes> encode_binary_result(const ResultSet& result, const Eof& end) {
  return encode_result(result, end, [&](const Row& row) { return encode_binary_row(result.columns, row); });
}

Bytes encode_column_count(std::size_t count) {
  ByteWriter writer;
  writer.length_encoded(count);
  return std::move(writer).take();
}

Result<std::size_t> decode_column_count(ByteView payload) {
  ByteReader reader(payload);
  const std::uint64_t count = reader.length_encoded();
  if (!reader.ok() || reader.remaining() != 0 || count == 0) {
    return fail(ErrorKind::invalid, "malformed packet at the start of a result");
  }
  if (count > result_columns_max) {
    return fail(ErrorKind::limit, fmt::format("a result of {} columns, the limit is {}", count, result_columns_max));
  }
  return static_cast<std::size_t>(count);
}

Bytes encode_text_row(const Row& row) {
  ByteWriter writer;
  for (const Value& value : row) {
    if (value) {
      writer.length_encoded_text(*value);
    } else {
      writer.u8(null_value);
    }
  }
  return std::move(writer).take();
}

Result<Row> decode_text_row(ByteView payload, std::size_t column_count) {
  // Each value takes a byte at least: a wrong count is found before memory is taken for it.
  if (column_count > payload.size()) {
    return fail(ErrorKind::invalid, "malformed row packet");
  }
  ByteReader reader(payload);
  Row row;
  row.reserve(column_count);
  while (row.size() < column_count) {
    if (reader.remaining() > 0 && reader.rest().front() == null_value) {
      reader.skip(1);
      row.emplace_back(std::nullopt);
    } else {
      row.emplace_back(reader.length_encoded_text());
    }
  }
  if (!reader.ok() || reader.remaining() != 0) {
    return fail(ErrorKind::invalid, "malformed row packet");
  }
  return row;
}

Bytes encode_binary_row(const std::vector<Column>& columns, const Row& row) {
  SLUICE_ASSERT(columns.size() == row.size());
  ByteWriter writer;
  writer.u8(binary_row_header).zeros((columns.size() + binary_null_offset + 7) / 8);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!row[i]) {
      const std::size_t bit = i + binary_null_offset;
      writer.data()[1 + bit / 8] |= static_cast<std::uint8_t>(1U << bit % 8);
    } else if (columns[i].type == ColumnType::longlong) {
      writer.u64(to_longlong(*row[i], (columns[i].flags & column_flag::unsigned_) != 0));
    } else {
      writer.length_encoded_text(*row[i]);
    }
  }
  return std::move(writer).take();
}

}  // namespace sluice::mysql
