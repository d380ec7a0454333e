#pragma once

#include "base/bytes.h"

namespace sluice::mysql {

/// Calls `check` with every proper prefix of `bytes`, each in memory of its own, so that a sanitiser sees a read past
/// its end.
template <typename Check>
void for_each_prefix(const Bytes& bytes, Check check) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    check(ByteView(prefix));
  }
}

}  // namespace sluice::mysql
