#include "base/crc32.h"

#include <gtest/gtest.h>

namespace sluice {

TEST(Crc32, KnownCheckValue) {
  EXPECT_EQ(crc32(0, as_bytes("123456789")), 0xCBF43926U);
}

TEST(Crc32, ContinuesWhereItStopped) {
  EXPECT_EQ(crc32(crc32(0, as_bytes("1234")), as_bytes("56789")), 0xCBF43926U);
}

TEST(Crc32, NothingChangesNothing) {
  EXPECT_EQ(crc32(7, {}), 7U);
}

}  // namespace sluice
