#include "mysql/semi_sync.h"

#include <gtest/gtest.h>

#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {
namespace {

TEST(SemiSync, Acknowledgement) {
  const Bytes payload = encode_acknowledgement({.position = 0x123456789AU, .file = "mysql-bin.000003"});
  EXPECT_EQ(payload.front(), 0xEF);
  const auto decoded = decode_acknowledgement(payload);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->position, 0x123456789AU);
  EXPECT_EQ(decoded->file, "mysql-bin.000003");
}

TEST(SemiSync, AcknowledgementWithAZeroBehindTheName) {
  Bytes payload = encode_acknowledgement({.position = 4, .file = "a"});
  payload.push_back(0);
  payload.push_back('x');
  EXPECT_EQ(decode_acknowledgement(payload)->file, "a");
}

TEST(SemiSync, WhatIsNoAcknowledgement) {
  EXPECT_FALSE(decode_acknowledgement({}));
  EXPECT_FALSE(decode_acknowledgement(Bytes{1}));
  EXPECT_FALSE(decode_acknowledgement(Bytes(8, 0xEF)));
  EXPECT_FALSE(decode_acknowledgement(Bytes(20, 0)));
  EXPECT_FALSE(decode_acknowledgement(Bytes(acknowledgement_size_max + 1, 0xEF)));
}

}  // namespace
}  // namespace sluice::mysql
