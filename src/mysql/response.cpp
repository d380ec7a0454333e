#include "mysql/response.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {
namespace {

constexpr std::uint8_t ok_header = 0x00;
constexpr std::uint8_t eof_header = 0xFE;
constexpr std::uint8_t error_header = 0xFF;
constexpr char sqlstate_mark = '#';
constexpr std::size_t sqlstate_size = 5;
/// Below this size a payload with 0xFE in front is EOF; a row so short cannot hold the 8-byte length that 0xFE
/// announces.
constexpr std::size_t eof_size_end = 9;

bool begins_with(ByteView payload, std::uint8_t header) {
  return !payload.empty() && payload.front() == header;
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return result;
}

/// MySQL error numbers for what passes without a person: too many connections (1040, 1203, 1226), shutting down (1053,
/// 1077, 1079), network trouble of the server (1158-1161), lock waits (1205, 1213), killed or idle connections (1317,
/// 1927, 3169, 4031).
constexpr std::array<std::uint16_t, 16> passing_errors{1040, 1053, 1077, 1079, 1158, 1159, 1160, 1161,
                                                       1203, 1205, 1213, 1226, 1317, 1927, 3169, 4031};

}  // namespace

Bytes encode_ok(const Ok& ok, Capabilities capabilities) {
  ByteWriter writer;
  const bool tracks = (capabilities & capability::session_track) != 0;
  const bool has_state = tracks && !ok.session_state.empty();
  const std::uint32_t status =
      has_state ? ok.status | status_flag::session_state_changed : ok.status & ~status_flag::session_state_changed;
  writer.u8(ok_header).length_encoded(ok.affected_rows).length_encoded(ok.last_insert_id).u16(status).u16(ok.warnings);
  // mysqld writes the length in both forms, and clients read it in both; only nothing at all differs.
  if (!ok.info.empty() || has_state) {
    writer.length_encoded_text(ok.info);
  }
  if (has_state) {
    writer.length_encoded_text(as_text(ok.session_state));
  }
  return std::move(writer).take();
}

Bytes encode_error(const SqlError& error) {
  ByteWriter writer;
  writer.u8(error_header).u16(error.code);
  std::string state = error.sqlstate.empty() ? "HY000" : error.sqlstate;
  state.resize(sqlstate_size, '0');
  writer.u8(sqlstate_mark).text(state).text(error.message);
  return std::move(writer).take();
}

Bytes encode_eof(const Eof& eof) {
  ByteWriter writer;
  writer.u8(eof_header).u16(eof.warnings).u16(eof.status);
  return std::move(writer).take();
}

bool is_ok(ByteView payload) {
  return begins_with(payload, ok_header);
}

bool is_error(ByteView payload) {
  return begins_with(payload, error_header);
}

bool is_eof(ByteView payload) {
  return begins_with(payload, eof_header) && payload.size() < eof_size_end;
}

Result<Ok> decode_ok(ByteView payload, Capabilities capabilities) {
  ByteReader reader(payload);
  Ok ok;
  const std::uint8_t header = reader.u8();
  ok.affected_rows = reader.length_encoded();
  ok.last_insert_id = reader.length_encoded();
  ok.status = reader.u16();
  ok.warnings = reader.u16();
  if (!reader.ok() || (header != ok_header && header != eof_header)) {
    return fail(ErrorKind::invalid, "malformed OK packet");
  }
  const ByteView rest = reader.rest();
  const std::string_view info = rest.empty() ? std::string_view() : reader.length_encoded_text();
  if ((capabilities & capability::session_track) != 0) {
    ok.info = info;
    if (reader.remaining() > 0 && (ok.status & status_flag::session_state_changed) != 0) {
      const ByteView state = as_bytes(reader.length_encoded_text());
      ok.session_state.assign(state.begin(), state.end());
    }
    if (!reader.ok()) {
      return fail(ErrorKind::invalid, "malformed OK packet");
    }
    return ok;
  }
  ok.info = reader.ok() && reader.remaining() == 0 ? info : as_text(rest);
  return ok;
}

Result<SqlError> decode_error(ByteView payload) {
  ByteReader reader(payload);
  SqlError error;
  const std::uint8_t header = reader.u8();
  error.code = reader.u16();
  if (!reader.ok() || header != error_header) {
    return fail(ErrorKind::invalid, "malformed ERR packet");
  }
  error.sqlstate.clear();
  if (reader.remaining() > sqlstate_size && reader.rest().front() == sqlstate_mark) {
    reader.skip(1);
    error.sqlstate = printable(reader.text(sqlstate_size));
  }
  error.message = printable(as_text(reader.rest()));
  return error;
}

Result<Eof> decode_eof(ByteView payload) {
  ByteReader reader(payload);
  Eof eof;
  reader.skip(1);
  eof.warnings = reader.u16();
  eof.status = reader.u16();
  if (!reader.ok() || !is_eof(payload)) {
    return fail(ErrorKind::invalid, "malformed EOF packet");
  }
  return eof;
}

Error to_error(const SqlError& error) {
  const bool passes = std::ranges::binary_search(passing_errors, error.code);
  return {passes ? ErrorKind::io : ErrorKind::refused, fmt::format("{} ({})", error.message, error.code), error.code};
}

}  // namespace sluice::mysql
