#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// Reads foreign bytes from front to back and never past their end.
///
/// A read that does not fit gives zero or nothing and makes the reader fail for good, so a decoder reads all its fields
/// and asks `ok()` once. The bytes must outlive the reader and the views it gave.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  /// What has not been read, without reading it.
  [[nodiscard]] ByteView rest() const { return rest_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(number(3)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u48() { return number(6); }
  std::uint64_t u64() { return number(8); }

  /// An unsigned little-endian number of 1 to 8 bytes.
  std::uint64_t number(std::size_t size) {
    const ByteView field = bytes(size);
    return field.empty() ? 0 : load_little_endian(field.data(), size);
  }

  ByteView bytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView field = rest_.first(size);
    rest_ = rest_.subspan(size);
    return field;
  }

  void skip(std::size_t size) { (void)bytes(size); }

  std::string_view text(std::size_t size) { return as_text(bytes(size)); }

  /// Text up to a zero byte, which is consumed too.
  std::string_view text_to_zero() {
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == 0) {
        const std::string_view field = as_text(rest_.first(i));
        rest_ = rest_.subspan(i + 1);
        return field;
      }
    }
    (void)bytes(rest_.size() + 1);
    return {};
  }

  /// MySQL's length-encoded integer (manual: "Protocol Basics / Integer Types"). 0xFB (NULL) and 0xFF make the reader
  /// fail; where NULL is allowed, look at rest() first.
  std::uint64_t length_encoded() {
    const std::uint8_t first = u8();
    switch (first) {
      case 0xFB:
      case 0xFF:
        ok_ = false;
        rest_ = {};
        return 0;
      case 0xFC:
        return number(2);
      case 0xFD:
        return number(3);
      case 0xFE:
        return number(8);
      default:
        return first;
    }
  }

  std::string_view length_encoded_text() {
    const std::uint64_t size = length_encoded();
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    return text(static_cast<std::size_t>(size));
  }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace sluice
