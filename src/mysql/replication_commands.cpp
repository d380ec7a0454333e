#include "mysql/replication_commands.h"

#include <string_view>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "mysql/command.h"

namespace sluice::mysql {
namespace {

bool begins_with(ByteReader& reader, Command command) {
  return reader.u8() == static_cast<std::uint8_t>(command) && reader.ok();
}

std::unexpected<Error> malformed(std::string_view command) {
  return fail(ErrorKind::invalid, fmt::format("malformed {} packet", command));
}

/// Up to the first zero byte: mysqld takes the name as C text.
Result<std::string> file_name(std::string_view field) {
  field = field.substr(0, field.find('\0'));
  if (field.size() > binlog_name_size_max) {
    return fail(ErrorKind::limit, fmt::format("a binlog file name of more than {} bytes", binlog_name_size_max));
  }
  return std::string(field);
}

void write_short_text(ByteWriter& writer, std::string_view text) {
  SLUICE_ASSERT(text.size() <= 0xFF);
  writer.u8(text.size()).text(text);
}

}  // namespace

Bytes encode_binlog_dump(const BinlogDump& dump) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(Command::binlog_dump)).u32(dump.position).u16(dump.flags).u32(dump.server_id);
  writer.text(dump.file);
  return std::move(writer).take();
}

Result<BinlogDump> decode_binlog_dump(ByteView payload) {
  ByteReader reader(payload);
  if (!begins_with(reader, Command::binlog_dump)) {
    return malformed("COM_BINLOG_DUMP");
  }
  BinlogDump dump;
  dump.position = reader.u32();
  dump.flags = reader.u16();
  dump.server_id = reader.u32();
  if (!reader.ok()) {
    return malformed("COM_BINLOG_DUMP");
  }
  auto file = file_name(as_text(reader.rest()));
  if (!file) {
    return std::unexpected(file.error());
  }
  dump.file = std::move(*file);
  return dump;
}

Bytes encode_binlog_dump_gtid(const BinlogDumpGtid& dump) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(Command::binlog_dump_gtid)).u16(dump.flags).u32(dump.server_id);
  writer.u32(dump.file.size()).text(dump.file).u64(dump.position).u32(dump.gtid_set.size()).bytes(dump.gtid_set);
  return std::move(writer).take();
}

Result<BinlogDumpGtid> decode_binlog_dump_gtid(ByteView payload) {
  ByteReader reader(payload);
  if (!begins_with(reader, Command::binlog_dump_gtid)) {
    return malformed("COM_BINLOG_DUMP_GTID");
  }
  BinlogDumpGtid dump;
  dump.flags = reader.u16();
  dump.server_id = reader.u32();
  auto file = file_name(reader.text(reader.u32()));
  dump.position = reader.u64();
  ByteView gtid_set;
  if (reader.remaining() > 0) {
    gtid_set = reader.bytes(reader.u32());
  }
  if (!reader.ok()) {
    return malformed("COM_BINLOG_DUMP_GTID");
  }
  if (!file) {
    return std::unexpected(file.error());
  }
  dump.file = std::move(*file);
  dump.gtid_set.assign(gtid_set.begin(), gtid_set.end());
  return dump;
}

Bytes encode_register_replica(const RegisterReplica& replica) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(Command::register_slave)).u32(replica.server_id);
  write_short_text(writer, replica.host);
  write_short_text(writer, replica.user);
  write_short_text(writer, replica.password);
  writer.u16(replica.port).u32(replica.rank).u32(replica.source_id);
  return std::move(writer).take();
}

Result<RegisterReplica> decode_register_replica(ByteView payload) {
  ByteReader reader(payload);
  if (!begins_with(reader, Command::register_slave)) {
    return malformed("COM_REGISTER_SLAVE");
  }
  RegisterReplica replica;
  replica.server_id = reader.u32();
  replica.host = reader.text(reader.u8());
  replica.user = reader.text(reader.u8());
  replica.password = reader.text(reader.u8());
  if (reader.remaining() > 0) {
    replica.port = reader.u16();
  }
  if (reader.remaining() > 0) {
    replica.rank = reader.u32();
  }
  if (reader.remaining() > 0) {
    replica.source_id = reader.u32();
  }
  if (!reader.ok()) {
    return malformed("COM_REGISTER_SLAVE");
  }
  return replica;
}

}  // namespace sluice::mysql
