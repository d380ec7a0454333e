#include "mysql/prepared_statement.h"

#include <bit>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "mysql/command.h"

namespace sluice::mysql {
namespace {

constexpr std::uint8_t prepare_ok_header = 0x00;
constexpr std::uint8_t unsigned_mark = 0x80;
constexpr std::size_t bits_per_byte = 8;

std::unexpected<Error> malformed() {
  return fail(ErrorKind::invalid, "malformed COM_STMT_EXECUTE packet");
}

std::string integer_text(std::uint64_t value, std::size_t size, bool is_unsigned) {
  if (is_unsigned) {
    return fmt::format("{}", value);
  }
  const auto unused_bits = static_cast<unsigned>(bits_per_byte * (sizeof value - size));
  return fmt::format("{}", static_cast<std::int64_t>(value << unused_bits) >> unused_bits);
}

std::string read_integer(ByteReader& reader, std::size_t size, bool is_unsigned) {
  return integer_text(reader.number(size), size, is_unsigned);
}

/// The fields that MySQL leaves out at the end of a date or time are zero.
ByteReader read_sized(ByteReader& reader, Bytes& padded, std::size_t full_size) {
  const std::size_t size = reader.u8();
  const ByteView field = reader.bytes(size > full_size ? reader.remaining() + 1 : size);
  padded.assign(full_size, 0);
  std::copy(field.begin(), field.end(), padded.begin());
  return ByteReader(padded);
}

std::string read_datetime(ByteReader& reader, bool date_only) {
  constexpr std::size_t full_size = 11;
  Bytes padded;
  ByteReader field = read_sized(reader, padded, full_size);
  const unsigned year = field.u16();
  const unsigned month = field.u8();
  const unsigned day = field.u8();
  std::string text = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (date_only) {
    return text;
  }
  const unsigned hour = field.u8();
  const unsigned minute = field.u8();
  const unsigned second = field.u8();
  text += fmt::format(" {:02}:{:02}:{:02}", hour, minute, second);
  const std::uint32_t microsecond = field.u32();
  return microsecond == 0 ? text : text + fmt::format(".{:06}", microsecond);
}

std::string read_time(ByteReader& reader) {
  constexpr std::size_t full_size = 12;
  constexpr std::uint64_t hours_per_day = 24;
  Bytes padded;
  ByteReader field = read_sized(reader, padded, full_size);
  const bool negative = field.u8() != 0;
  const std::uint64_t days = field.u32();
  const std::uint64_t hours = days * hours_per_day + field.u8();
  const unsigned minute = field.u8();
  const unsigned second = field.u8();
  const std::uint32_t microsecond = field.u32();
  const std::string text = fmt::format("{}{:02}:{:02}:{:02}", negative ? "-" : "", hours, minute, second);
  return microsecond == 0 ? text : text + fmt::format(".{:06}", microsecond);
}

Result<Value> read_value(ByteReader& reader, const ParameterType& type) {
  switch (type.type) {
    case ColumnType::null:
      return std::nullopt;
    case ColumnType::tiny:
      return read_integer(reader, 1, type.is_unsigned);
    case ColumnType::short_:
    case ColumnType::year:
      return read_integer(reader, 2, type.is_unsigned);
    case ColumnType::long_:
    case ColumnType::int24:
      return read_integer(reader, 4, type.is_unsigned);
    case ColumnType::longlong:
      return read_integer(reader, 8, type.is_unsigned);
    case ColumnType::float_:
      return fmt::format("{}", std::bit_cast<float>(reader.u32()));
    case ColumnType::double_:
      return fmt::format("{}", std::bit_cast<double>(reader.u64()));
    case ColumnType::date:
      return read_datetime(reader, true);
    case ColumnType::datetime:
    case ColumnType::timestamp:
      return read_datetime(reader, false);
    case ColumnType::time:
      return read_time(reader);
    case ColumnType::decimal:
    case ColumnType::newdecimal:
    case ColumnType::varchar:
    case ColumnType::bit:
    case ColumnType::vector:
    case ColumnType::json:
    case ColumnType::enum_:
    case ColumnType::set:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob:
    case ColumnType::var_string:
    case ColumnType::string:
    case ColumnType::geometry:
      return std::string(reader.length_encoded_text());
    default:
      return fail(ErrorKind::invalid,
                  fmt::format("a parameter of type {}, which cannot be sent", static_cast<unsigned>(type.type)));
  }
}

void append_definitions(std::vector<Bytes>& payloads, const std::vector<Column>& columns) {
  if (columns.empty()) {
    return;
  }
  for (const Column& column : columns) {
    payloads.push_back(encode_column(column));
  }
  payloads.push_back(encode_eof({}));
}

std::vector<ParameterType> read_types(ByteReader& reader, std::size_t count) {
  constexpr std::size_t type_size = 2;
  std::vector<ParameterType> types;
  ByteReader fields(reader.bytes(count * type_size));
  while (fields.remaining() > 0) {
    const auto type = static_cast<ColumnType>(fields.u8());
    types.push_back({type, (fields.u8() & unsigned_mark) != 0});
  }
  return types;
}

}  // namespace

std::vector<Bytes> encode_prepare_answer(std::uint32_t statement, std::size_t parameter_count,
                                         const std::vector<Column>& columns) {
  SLUICE_ASSERT(parameter_count <= statement_parameters_max && columns.size() <= result_columns_max);
  ByteWriter head;
  head.u8(prepare_ok_header).u32(statement).u16(columns.size()).u16(parameter_count).u8(0).u16(0);
  std::vector<Bytes> payloads;
  payloads.push_back(std::move(head).take());
  append_definitions(payloads, std::vector<Column>(parameter_count, text_column("?")));
  append_definitions(payloads, columns);
  return payloads;
}

bool is_number(const ParameterType& type) {
  switch (type.type) {
    case ColumnType::tiny:
    case ColumnType::short_:
    case ColumnType::long_:
    case ColumnType::int24:
    case ColumnType::longlong:
    case ColumnType::year:
    case ColumnType::float_:
    case ColumnType::double_:
    case ColumnType::decimal:
    case ColumnType::newdecimal:
      return true;
    default:
      return false;
  }
}

Result<std::uint32_t> decode_statement_id(ByteView payload) {
  ByteReader reader(payload);
  reader.skip(1);
  const std::uint32_t statement = reader.u32();
  if (!reader.ok()) {
    return fail(ErrorKind::invalid, "malformed packet of a prepared statement");
  }
  return statement;
}

Result<LongData> decode_long_data(ByteView payload) {
  ByteReader reader(payload);
  LongData data;
  const std::uint8_t command = reader.u8();
  data.statement = reader.u32();
  data.parameter = reader.u16();
  data.data = reader.rest();
  if (!reader.ok() || command != static_cast<std::uint8_t>(Command::stmt_send_long_data)) {
    return fail(ErrorKind::invalid, "malformed COM_STMT_SEND_LONG_DATA packet");
  }
  return data;
}

Result<ExecuteStatement> decode_execute(ByteView payload, std::size_t parameter_count,
                                        const std::vector<ParameterType>& remembered, const LongDataValues& long_data) {
  SLUICE_ASSERT(parameter_count <= statement_parameters_max);
  ByteReader reader(payload);
  ExecuteStatement execute;
  const std::uint8_t command = reader.u8();
  execute.statement = reader.u32();
  execute.flags = reader.u8();
  reader.skip(4);  // The number of iterations, always 1.
  if (!reader.ok() || command != static_cast<std::uint8_t>(Command::stmt_execute)) {
    return malformed();
  }
  if (parameter_count == 0) {
    return execute;
  }
  const ByteView nulls = reader.bytes((parameter_count + bits_per_byte - 1) / bits_per_byte);
  const bool has_types = reader.u8() == 1;
  execute.types = has_types ? read_types(reader, parameter_count) : remembered;
  if (!reader.ok() || execute.types.size() != parameter_count) {
    return malformed();
  }
  execute.parameters.reserve(parameter_count);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    if (const auto sent = long_data.find(static_cast<std::uint16_t>(i)); sent != long_data.end()) {
      execute.parameters.emplace_back(sent->second);
      continue;
    }
    if ((nulls[i / bits_per_byte] >> i % bits_per_byte & 1U) != 0) {
      execute.parameters.emplace_back(std::nullopt);
      continue;
    }
    auto value = read_value(reader, execute.types[i]);
    if (!value) {
      return std::unexpected(value.error());
    }
    execute.parameters.push_back(std::move(*value));
  }
  if (!reader.ok()) {
    return malformed();
  }
  return execute;
}

}  // namespace sluice::mysql
