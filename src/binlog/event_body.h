#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/format_description.h"

namespace sluice::binlog {

/// A larger event inside a compressed one is taken for damage: MySQL and MariaDB allow no larger packet.
inline constexpr std::uint32_t unpacked_size_max = 1U << 30U;

/// Whether `body` is one an event of this type can have, as far as we can read the type, what compressed events hold
/// included. Types we do not read are always accepted.
[[nodiscard]] Result<void> check_event_body(EventType type, ByteView body, const FormatDescription& description,
                                            std::uint32_t unpacked_max = unpacked_size_max);

}  // namespace sluice::binlog
