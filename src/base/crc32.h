#pragma once

#include "base/bytes.h"

namespace sluice {

/// The CRC-32 of the binlog (zlib's polynomial), of `bytes` appended to what `before` was computed over; 0 to begin.
[[nodiscard]] std::uint32_t crc32(std::uint32_t before, ByteView bytes);

}  // namespace sluice
