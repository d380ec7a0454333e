#include "base/crc32.h"

#include <isa-l/crc.h>

namespace sluice {

std::uint32_t crc32(std::uint32_t before, ByteView bytes) {
  return crc32_gzip_refl(before, bytes.data(), bytes.size());
}

}  // namespace sluice
