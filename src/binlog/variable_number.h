#pragma once

#include <optional>

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::binlog {

/// The numbers of MySQL's serialization library, 1 to 9 bytes long (see gtid_tagged_event.h).
[[nodiscard]] std::size_t variable_number_size(std::uint64_t value);

/// Writes `value` in `size` bytes, as many as variable_number_size says or more.
void write_variable_number(ByteWriter& writer, std::uint64_t value, std::size_t size);

inline void write_variable_number(ByteWriter& writer, std::uint64_t value) {
  write_variable_number(writer, value, variable_number_size(value));
}

void write_variable_signed(ByteWriter& writer, std::int64_t value);

/// A number that does not fit makes the reader fail and gives 0, as its own reads do.
[[nodiscard]] std::uint64_t read_variable_number(ByteReader& reader);

[[nodiscard]] std::int64_t read_variable_signed(ByteReader& reader);

}  // namespace sluice::binlog
