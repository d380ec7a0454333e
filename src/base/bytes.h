#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Gives elements that are not given a value none: a buffer that is filled right away need not be cleared first.
template <typename T>
struct UnclearedAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = UnclearedAllocator<U>;
  };
  template <typename U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
  }
};
/// Bytes whose resize() leaves new ones as they are.
using UnclearedBytes = std::vector<std::uint8_t, UnclearedAllocator<std::uint8_t>>;

static_assert(std::endian::native == std::endian::little,
              "the binlog and the protocol are little-endian, and so are we");

/// An unsigned little-endian number of `size` bytes (1 to 8) at `from`.
[[nodiscard]] inline std::uint64_t load_little_endian(const std::uint8_t* from, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, size);
  return value;
}

/// Writes the low `size` bytes (1 to 8) of `value` at `to`, least significant first.
inline void store_little_endian(std::uint8_t* to, std::uint64_t value, std::size_t size) {
  std::memcpy(to, &value, size);
}

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace sluice
