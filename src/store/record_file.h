#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/byte_writer.h"

namespace sluice::store {

/// Files beside the log: a magic of eight bytes, then records, each its size (4 bytes), the CRC32 of its payload (4
/// bytes) and the payload; numbers are little-endian. Written at their end, so that a crash damages the end only.

void add_record(ByteWriter& out, ByteView payload);

/// Calls `take` for the payload of each record, up to the first that is cut or damaged or that `take` says no to. A
/// file that is missing, larger than 256 MiB or of another magic has none.
void for_each_record(const std::filesystem::path& path, std::string_view magic,
                     const std::function<bool(ByteView)>& take);

}  // namespace sluice::store
