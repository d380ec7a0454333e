#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace sluice::relay {

/// Finds the dump commands in what a client sends, wherever its bytes are cut: looks at packets' headers and at the
/// first byte of a command, and keeps nothing else.
class DumpCount {
 public:
  /// What the client sent next. How many dump commands begin in it.
  [[nodiscard]] std::uint64_t take(ByteView bytes);

 private:
  std::array<std::uint8_t, 4> header_{};
  std::size_t header_size_ = 0;
  std::size_t left_ = 0;  ///< of the packet's payload
  bool at_command_ = false;
};

}  // namespace sluice::relay
