#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/capabilities.h"
#include "mysql/status_flags.h"

namespace sluice::mysql {

/// A server's refusal of a command, in MySQL's words.
struct SqlError {
  std::uint16_t code = 0;          ///< 1045, 1236 ...
  std::string sqlstate = "HY000";  ///< five characters; empty in decoded errors that came before the greeting
  std::string message;
};

/// OK (MySQL manual: "OK_Packet").
struct Ok {
  std::uint64_t affected_rows = 0;
  std::uint64_t last_insert_id = 0;
  StatusFlags status = status_flag::autocommit;
  std::uint16_t warnings = 0;
  std::string info;
  Bytes session_state;  ///< raw entries; written and read only with session_track in the capabilities
};

/// EOF (MySQL manual: "EOF_Packet").
struct Eof {
  std::uint16_t warnings = 0;
  StatusFlags status = status_flag::autocommit;
};

/// `capabilities` are those of the connection; only session_track matters.
[[nodiscard]] Bytes encode_ok(const Ok& ok, Capabilities capabilities = 0);
[[nodiscard]] Bytes encode_error(const SqlError& error);
[[nodiscard]] Bytes encode_eof(const Eof& eof);

/// What a payload is by its first byte and size. Meant for places where such a packet may stand: a row may begin alike,
/// but no row that begins with 0xFE is shorter than 9 bytes.
[[nodiscard]] bool is_ok(ByteView payload);
[[nodiscard]] bool is_error(ByteView payload);
[[nodiscard]] bool is_eof(ByteView payload);

/// Also reads the OK with 0xFE in front that stands for EOF under deprecate_eof.
[[nodiscard]] Result<Ok> decode_ok(ByteView payload, Capabilities capabilities = 0);
/// An error with or without SQL state. The message is made printable (control characters become '?').
[[nodiscard]] Result<SqlError> decode_error(ByteView payload);
[[nodiscard]] Result<Eof> decode_eof(ByteView payload);

/// The server's error as ours: "Access denied for user ... (1045)", `code` the number. ErrorKind::io for what passes by
/// itself (too many connections, shutting down, lock waits), refused for all else.
[[nodiscard]] Error to_error(const SqlError& error);

}  // namespace sluice::mysql
