#pragma once

#include <cstdint>

namespace sluice::mysql {

/// What the two ends of a connection can do, as a set of flags (MySQL manual: "Capabilities Flags"; MySQL writes each
/// name with the prefix CLIENT_). The server offers a set in its greeting; what holds is what the client's answer has
/// of it.
using Capabilities = std::uint32_t;

namespace capability {

inline constexpr Capabilities long_password = 1U << 0;  ///< not set by MariaDB, which calls the bit CLIENT_MYSQL
inline constexpr Capabilities found_rows = 1U << 1;
inline constexpr Capabilities long_flag = 1U << 2;
inline constexpr Capabilities connect_with_db = 1U << 3;
inline constexpr Capabilities no_schema = 1U << 4;
inline constexpr Capabilities compress = 1U << 5;
inline constexpr Capabilities odbc = 1U << 6;
inline constexpr Capabilities local_files = 1U << 7;
inline constexpr Capabilities ignore_space = 1U << 8;
inline constexpr Capabilities protocol_41 = 1U << 9;
inline constexpr Capabilities interactive = 1U << 10;
inline constexpr Capabilities ssl = 1U << 11;
inline constexpr Capabilities ignore_sigpipe = 1U << 12;
inline constexpr Capabilities transactions = 1U << 13;
inline constexpr Capabilities reserved = 1U << 14;
inline constexpr Capabilities secure_connection = 1U << 15;  ///< MySQL 8 calls the bit CLIENT_RESERVED2
inline constexpr Capabilities multi_statements = 1U << 16;
inline constexpr Capabilities multi_results = 1U << 17;
inline constexpr Capabilities ps_multi_results = 1U << 18;
inline constexpr Capabilities plugin_auth = 1U << 19;
inline constexpr Capabilities connect_attrs = 1U << 20;
inline constexpr Capabilities plugin_auth_lenenc_client_data = 1U << 21;
inline constexpr Capabilities can_handle_expired_passwords = 1U << 22;
inline constexpr Capabilities session_track = 1U << 23;
inline constexpr Capabilities deprecate_eof = 1U << 24;
inline constexpr Capabilities optional_resultset_metadata = 1U << 25;
inline constexpr Capabilities zstd_compression_algorithm = 1U << 26;
inline constexpr Capabilities query_attributes = 1U << 27;
inline constexpr Capabilities multi_factor_authentication = 1U << 28;

}  // namespace capability
}  // namespace sluice::mysql
