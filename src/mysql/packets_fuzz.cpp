#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "mysql/authentication_packets.h"
#include "mysql/column.h"
#include "mysql/greeting.h"
#include "mysql/handshake_response.h"
#include "mysql/packet.h"
#include "mysql/prepared_statement.h"
#include "mysql/replication_commands.h"
#include "mysql/response.h"
#include "mysql/result_set.h"
#include "mysql/server_address.h"
#include "mysql/statement_quoting.h"

namespace sluice::mysql {
namespace {

constexpr std::size_t size_limit = 4096;

void feed_buffer(ByteView input) {
  PacketBuffer buffer(16);
  std::size_t piece = 1;
  while (!input.empty()) {
    const auto room = buffer.room();
    const ByteView part = input.first(std::min({piece, room.size(), input.size()}));
    std::memcpy(room.data(), part.data(), part.size());
    buffer.received(part.size());
    input = input.subspan(part.size());
    piece = piece % 23 + 3;
    for (;;) {
      const bool promised = buffer.has_payload();
      const auto payload = buffer.next(size_limit);
      if (!payload) {
        return;
      }
      SLUICE_ASSERT(promised == payload->has_value());
      if (!*payload) {
        break;
      }
      SLUICE_ASSERT((*payload)->size() <= size_limit);
    }
  }
}

/// What decodes must come out the same after another turn.
void turn_commands(ByteView input) {
  if (const auto dump = decode_binlog_dump(input)) {
    SLUICE_ASSERT(decode_binlog_dump(encode_binlog_dump(*dump))->file == dump->file);
  }
  if (const auto dump = decode_binlog_dump_gtid(input)) {
    SLUICE_ASSERT(decode_binlog_dump_gtid(encode_binlog_dump_gtid(*dump))->gtid_set == dump->gtid_set);
  }
  if (const auto replica = decode_register_replica(input)) {
    SLUICE_ASSERT(decode_register_replica(encode_register_replica(*replica))->user == replica->user);
  }
}

void turn_login(ByteView input) {
  if (const auto greeting = decode_greeting(input)) {
    SLUICE_ASSERT(decode_greeting(encode_greeting(*greeting))->plugin == greeting->plugin);
  }
  if (auto response = decode_handshake_response(input)) {
    response->capabilities |= capability::plugin_auth_lenenc_client_data;
    SLUICE_ASSERT(decode_handshake_response(encode_handshake_response(*response))->attributes == response->attributes);
  }
  for (const Capabilities capabilities : {Capabilities{0}, ~Capabilities{0}}) {
    if (const auto change = decode_change_user(input, capabilities)) {
      SLUICE_ASSERT(decode_change_user(encode_change_user(*change, capabilities), capabilities)->user == change->user);
    }
  }
  (void)is_ssl_request(input);
  (void)decode_auth_switch_request(input);
  (void)decode_auth_more_data(input);
  (void)decode_clear_password(input);
  (void)parse_server_address(as_text(input));
}

void turn_responses(ByteView input) {
  for (const Capabilities capabilities : {Capabilities{0}, capability::session_track}) {
    if (const auto ok = decode_ok(input, capabilities)) {
      SLUICE_ASSERT(decode_ok(encode_ok(*ok, capabilities), capabilities)->affected_rows == ok->affected_rows);
    }
  }
  if (const auto error = decode_error(input)) {
    (void)to_error(*error);
  }
  (void)decode_eof(input);
  (void)decode_column_count(input);
  if (const auto column = decode_column(input)) {
    SLUICE_ASSERT(decode_column(encode_column(*column))->name == column->name);
  }
  for (const std::size_t columns : {std::size_t{1}, std::size_t{3}, result_columns_max}) {
    if (const auto row = decode_text_row(input, columns)) {
      SLUICE_ASSERT(*decode_text_row(encode_text_row(*row), columns) == *row);
    }
  }
}

void turn_statements(ByteView input) {
  (void)decode_statement_id(input);
  (void)decode_long_data(input);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{9}, statement_parameters_max}) {
    const auto execute = decode_execute(input, count, {}, {{2, "long"}});
    if (!execute) {
      continue;
    }
    SLUICE_ASSERT(execute->parameters.size() == count && execute->types.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      (void)literal(execute->parameters[i], execute->types[i]);
    }
  }
}

}  // namespace
}  // namespace sluice::mysql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sluice::ByteView input(data, size);
  sluice::mysql::feed_buffer(input);
  sluice::mysql::turn_commands(input);
  sluice::mysql::turn_login(input);
  sluice::mysql::turn_responses(input);
  sluice::mysql::turn_statements(input);
  return 0;
}
