#include "binlog/query_event.h"

#include <limits>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::binlog {
namespace {

constexpr std::size_t post_header_without_variables = 11;
constexpr std::size_t post_header_with_variables = 13;

}  // namespace

Result<QueryEvent> decode_query_event(ByteView body, std::uint8_t post_header_length) {
  if (post_header_length < post_header_without_variables || post_header_length == post_header_without_variables + 1) {
    return fail(ErrorKind::unsupported,
                fmt::format("query event with a fixed part of {} bytes is not known", post_header_length));
  }
  ByteReader reader(body);
  QueryEvent event;
  event.thread_id = reader.u32();
  event.execution_time = reader.u32();
  const std::uint8_t database_size = reader.u8();
  event.error_code = reader.u16();
  std::uint16_t variables_size = 0;
  if (post_header_length >= post_header_with_variables) {
    variables_size = reader.u16();
    reader.skip(post_header_length - post_header_with_variables);
  }
  event.status_variables = reader.bytes(variables_size);
  event.database = reader.text(database_size);
  const std::uint8_t zero = reader.u8();
  if (!reader.ok() || zero != 0) {
    return fail(ErrorKind::invalid,
                fmt::format("query event of {} bytes does not hold the {} bytes of status variables and {} of the "
                            "database's name it announces",
                            body.size(), variables_size, database_size));
  }
  event.text = reader.text(reader.remaining());
  return event;
}

Bytes encode_query_event(const QueryEvent& event) {
  SLUICE_ASSERT(event.database.size() <= std::numeric_limits<std::uint8_t>::max());
  SLUICE_ASSERT(event.status_variables.size() <= std::numeric_limits<std::uint16_t>::max());
  ByteWriter writer;
  writer.u32(event.thread_id).u32(event.execution_time).u8(event.database.size()).u16(event.error_code);
  writer.u16(event.status_variables.size()).bytes(event.status_variables);
  writer.text_and_zero(event.database).text(event.text);
  return std::move(writer).take();
}

}  // namespace sluice::binlog
