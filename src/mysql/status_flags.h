#pragma once

#include <cstdint>

namespace sluice::mysql {

/// The server's state as it stands in greetings, OK and EOF (MySQL manual: "SERVER_STATUS_flags_enum").
using StatusFlags = std::uint16_t;

namespace status_flag {

inline constexpr StatusFlags in_trans = 0x0001;
inline constexpr StatusFlags autocommit = 0x0002;
inline constexpr StatusFlags more_results_exists = 0x0008;
inline constexpr StatusFlags no_good_index_used = 0x0010;
inline constexpr StatusFlags no_index_used = 0x0020;
inline constexpr StatusFlags cursor_exists = 0x0040;
inline constexpr StatusFlags last_row_sent = 0x0080;
inline constexpr StatusFlags db_dropped = 0x0100;
inline constexpr StatusFlags no_backslash_escapes = 0x0200;
inline constexpr StatusFlags metadata_changed = 0x0400;
inline constexpr StatusFlags session_state_changed = 0x4000;

}  // namespace status_flag
}  // namespace sluice::mysql
