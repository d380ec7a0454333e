#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// Parts that several management statements have. Each reads from the cursor and leaves it behind what it read.

inline constexpr std::size_t tenant_name_size_max = 128;      ///< bytes of a cluster's or a tenant's name
inline constexpr std::size_t instance_name_size_max = 64;     ///< bytes
inline constexpr std::size_t label_size_max = 128;            ///< bytes of a server's zone, region or group
inline constexpr std::uint32_t drop_delay_max = 365 * 86400;  ///< seconds

/// Error 1236 with this text.
[[nodiscard]] std::unexpected<Error> management_error(std::string message);

/// Error 1236 if `name`, which the text calls `what`, is longer than `size_max` bytes or cannot be a name (name.h).
[[nodiscard]] Result<void> check_name(std::string_view what, std::string_view name, std::size_t size_max);

/// cluster.tenant
[[nodiscard]] Result<TenantName> parse_tenant_name(TokenCursor& cursor);
[[nodiscard]] Result<InstanceName> parse_instance_name(TokenCursor& cursor);
/// A name or a string: an account's or a password; not longer than `size_max` bytes, which the error says of `what`.
[[nodiscard]] Result<std::string> parse_name_or_string(TokenCursor& cursor, std::string_view what,
                                                       std::size_t size_max);
/// FOR TENANT cluster.tenant
[[nodiscard]] Result<TenantName> parse_for_tenant(TokenCursor& cursor);
/// The same, or nothing if the cursor is not at FOR.
[[nodiscard]] Result<std::optional<TenantName>> parse_optional_tenant(TokenCursor& cursor);
/// CLUSTER, TENANT cluster.tenant or INSTANCE name
[[nodiscard]] Result<Level> parse_level(TokenCursor& cursor);
/// {IP | ZONE | REGION | GROUP} 'value'
[[nodiscard]] Result<NodeFilter> parse_node_filter(TokenCursor& cursor);
/// Perhaps NOW or DEFER seconds.
[[nodiscard]] Result<DropDelay> parse_drop_delay(TokenCursor& cursor);
/// IF EXISTS or IF NOT EXISTS, if it is there.
[[nodiscard]] bool accept_if_exists(TokenCursor& cursor);
[[nodiscard]] bool accept_if_not_exists(TokenCursor& cursor);

/// The whole number that `text` is. Error 1236 names the option and says what it can be.
[[nodiscard]] Result<std::uint64_t> whole_number(std::string_view option, std::string_view text, std::uint64_t minimum,
                                                 std::uint64_t maximum);
/// Seconds since 1970, at most ten digits, or microseconds in sixteen.
[[nodiscard]] Result<StartTime> start_time(std::string_view option, std::string_view text);

}  // namespace sluice::sql
