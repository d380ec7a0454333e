#pragma once

#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// Bytes of a number as a length-encoded integer of MySQL's protocol, in its shortest form.
[[nodiscard]] constexpr std::size_t length_encoded_size(std::uint64_t value) {
  if (value < 0xFB) return 1;
  if (value <= 0xFFFF) return 3;
  return value <= 0xFFFFFF ? 4 : 9;
}

/// Appends fields to bytes it owns.
class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(Bytes start) : bytes_(std::move(start)) {}

  ByteWriter& u8(std::uint64_t value) { return number(value, 1); }
  ByteWriter& u16(std::uint64_t value) { return number(value, 2); }
  ByteWriter& u24(std::uint64_t value) { return number(value, 3); }
  ByteWriter& u32(std::uint64_t value) { return number(value, 4); }
  ByteWriter& u48(std::uint64_t value) { return number(value, 6); }
  ByteWriter& u64(std::uint64_t value) { return number(value, 8); }

  /// The low `size` bytes (1 to 8) of `value`, least significant first.
  ByteWriter& number(std::uint64_t value, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    store_little_endian(bytes_.data() + at, value, size);
    return *this;
  }

  ByteWriter& bytes(ByteView field) {
    bytes_.insert(bytes_.end(), field.begin(), field.end());
    return *this;
  }

  ByteWriter& text(std::string_view field) { return bytes(as_bytes(field)); }
  ByteWriter& text_and_zero(std::string_view field) { return text(field).u8(0); }

  ByteWriter& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }

  /// MySQL's length-encoded integer, in its shortest form, which takes length_encoded_size(value) bytes.
  ByteWriter& length_encoded(std::uint64_t value) {
    if (value < 0xFB) return u8(value);
    if (value <= 0xFFFF) return u8(0xFC).u16(value);
    if (value <= 0xFFFFFF) return u8(0xFD).u24(value);
    return u8(0xFE).u64(value);
  }

  ByteWriter& length_encoded_text(std::string_view field) { return length_encoded(field.size()).text(field); }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] ByteView view() const { return bytes_; }
  /// The bytes so far, to mend a field that was written before its value was known.
  [[nodiscard]] std::uint8_t* data() { return bytes_.data(); }
  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace sluice
