#include <gtest/gtest.h>

#include "base/hex.h"
#include "binlog/mariadb_events.h"

namespace sluice::binlog {
namespace {

constexpr std::uint64_t limit = 1U << 20U;

Result<std::string> unpacked(std::string_view hex, std::uint64_t size_max = limit) {
  Bytes into;
  if (auto done = decompress_mariadb_value(*from_hex(hex), size_max, into); !done) return std::unexpected(done.error());
  return std::string(as_text(into));
}

/// As MariaDB 10.11 wrote them, with column_compression_zlib_wrap and without.
constexpr std::string_view twenty_q = "8114789c2b2cc404005cc608d5";
constexpr std::string_view many_a = "8a03e84b4c1c05a360140c770000";

}  // namespace

TEST(DecompressMariadbValue, WhatTheServerStored) {
  EXPECT_EQ(unpacked("").value(), "");
  EXPECT_EQ(unpacked("0073686f7274").value(), "short");
  EXPECT_EQ(unpacked(twenty_q).value(), std::string(20, 'q'));
  EXPECT_EQ(unpacked(many_a).value(), std::string(1000, 'a'));
}

TEST(DecompressMariadbValue, AppendsAndCountsWhatIsThere) {
  Bytes into(500, 'x');
  EXPECT_EQ(decompress_mariadb_value(*from_hex(many_a), 1499, into).error().kind, ErrorKind::limit);
  ASSERT_TRUE(decompress_mariadb_value(*from_hex(many_a), 1500, into));
  EXPECT_EQ(into.size(), 1500U);
}

TEST(DecompressMariadbValue, ALengthNoStreamOfThisSizeHasIsRefusedAtOnce) {
  EXPECT_EQ(unpacked("8cffffffff4b4c1c", ~0ULL).error().kind, ErrorKind::invalid);
}

TEST(DecompressMariadbValue, OtherMethodsAreUnsupported) {
  EXPECT_EQ(unpacked("9114789c").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(unpacked("0141").error().kind, ErrorKind::unsupported);
}

TEST(DecompressMariadbValue, CutsAndWrongLengthsAreRefused) {
  for (std::size_t size = 2; size < twenty_q.size(); size += 2)
    EXPECT_FALSE(unpacked(twenty_q.substr(0, size))) << size;
  std::string longer(many_a), shorter(many_a);
  longer[5] = '9';
  shorter[5] = '7';
  EXPECT_FALSE(unpacked(longer));
  EXPECT_FALSE(unpacked(shorter));
}

}  // namespace sluice::binlog
