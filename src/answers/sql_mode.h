#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sluice::answers {

/// The bits of sql_mode that change how we read statements, and the one that makes bad values errors. The numbers are
/// MySQL's, as in QUERY events.
namespace sql_mode {
inline constexpr std::uint64_t pipes_as_concat = 1ULL << 1U;
inline constexpr std::uint64_t ansi_quotes = 1ULL << 2U;
inline constexpr std::uint64_t no_backslash_escapes = 1ULL << 20U;
inline constexpr std::uint64_t strict_all_tables = 1ULL << 22U;
}  // namespace sql_mode

/// The bits of "ANSI_QUOTES,TRADITIONAL", what ANSI and TRADITIONAL stand for included. The error is the name that is
/// none. Knows all names that MySQL 5.6 to 9.x have.
[[nodiscard]] std::expected<std::uint64_t, std::string> parse_sql_mode(std::string_view names);

/// The names of the bits, in the order of their numbers; bits without a name are left out.
[[nodiscard]] std::string sql_mode_text(std::uint64_t mode);

/// Whether all bits have a name.
[[nodiscard]] bool is_sql_mode(std::uint64_t mode);

}  // namespace sluice::answers
