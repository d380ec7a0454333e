#include "binlog/variable_number.h"

#include <bit>

#include "base/assert.h"

namespace sluice::binlog {
namespace {

constexpr std::size_t size_max = 9;
constexpr unsigned bits_a_byte = 7;

}  // namespace

std::size_t variable_number_size(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value | 1U));
  return bits > bits_a_byte * (size_max - 1) ? size_max : (bits + bits_a_byte - 1) / bits_a_byte;
}

void write_variable_number(ByteWriter& writer, std::uint64_t value, std::size_t size) {
  SLUICE_ASSERT(size >= variable_number_size(value) && size <= size_max);
  if (size == size_max) {
    writer.u8(0xFF).u64(value);
    return;
  }
  const std::uint64_t ones = (1ULL << (size - 1)) - 1;
  writer.number(value << size | ones, size);
}

void write_variable_signed(ByteWriter& writer, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  write_variable_number(writer, value < 0 ? ~bits << 1U | 1U : bits << 1U);
}

std::uint64_t read_variable_number(ByteReader& reader) {
  if (reader.remaining() == 0) return reader.u8();
  const auto size = static_cast<std::size_t>(std::countr_one(reader.rest()[0])) + 1;
  if (size == size_max) {
    reader.skip(1);
    return reader.u64();
  }
  return reader.number(size) >> size;
}

std::int64_t read_variable_signed(ByteReader& reader) {
  const std::uint64_t value = read_variable_number(reader);
  const std::uint64_t magnitude = value >> 1U;
  return static_cast<std::int64_t>((value & 1U) != 0 ? ~magnitude : magnitude);
}

}  // namespace sluice::binlog
