#include "mysql/column.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {
namespace {

constexpr std::uint8_t fixed_fields_size = 12;

}  // namespace

Column text_column(std::string name, std::uint32_t length) {
  Column column;
  column.name = std::move(name);
  column.length = length;
  return column;
}

Column integer_column(std::string name, bool is_unsigned) {
  Column column;
  column.name = std::move(name);
  column.charset = charset_binary;
  column.length = 21;
  column.type = ColumnType::longlong;
  column.flags = column_flag::binary;
  if (is_unsigned) {
    column.flags |= column_flag::unsigned_;
  }
  column.decimals = 0;
  return column;
}

Bytes encode_column(const Column& column) {
  ByteWriter writer;
  writer.length_encoded_text("def").length_encoded_text(column.schema).length_encoded_text(column.table);
  writer.length_encoded_text(column.org_table).length_encoded_text(column.name).length_encoded_text(column.org_name);
  writer.length_encoded(fixed_fields_size).u16(column.charset).u32(column.length);
  writer.u8(static_cast<std::uint8_t>(column.type)).u16(column.flags).u8(column.decimals).zeros(2);
  return std::move(writer).take();
}

Result<Column> decode_column(ByteView payload) {
  ByteReader reader(payload);
  Column column;
  (void)reader.length_encoded_text();  // The catalogue, always "def".
  column.schema = reader.length_encoded_text();
  column.table = reader.length_encoded_text();
  column.org_table = reader.length_encoded_text();
  column.name = reader.length_encoded_text();
  column.org_name = reader.length_encoded_text();
  (void)reader.length_encoded();
  column.charset = reader.u16();
  column.length = reader.u32();
  column.type = static_cast<ColumnType>(reader.u8());
  column.flags = reader.u16();
  column.decimals = reader.u8();
  if (!reader.ok()) {
    return fail(ErrorKind::invalid, "malformed column definition packet");
  }
  return column;
}

}  // namespace sluice::mysql
