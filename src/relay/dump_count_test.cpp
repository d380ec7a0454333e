#include "relay/dump_count.h"

#include <gtest/gtest.h>

namespace sluice::relay {
namespace {

constexpr std::uint8_t query = 0x03;
constexpr std::uint8_t binlog_dump = 0x12;
constexpr std::uint8_t binlog_dump_gtid = 0x1E;

/// A packet that begins with `first` and has `size` bytes.
Bytes packet(std::uint8_t sequence, std::uint8_t first, std::size_t size) {
  Bytes bytes{static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8U), 0, sequence};
  bytes.resize(bytes.size() + size, binlog_dump);
  if (size > 0) bytes[4] = first;
  return bytes;
}

Bytes session() {
  Bytes all;
  for (const Bytes& one : {packet(0, query, 300), packet(0, binlog_dump, 20), packet(1, binlog_dump, 5),
                           packet(0, query, 0), packet(0, binlog_dump_gtid, 1)}) {
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

TEST(DumpCount, CommandsAreCountedAndNothingWithinThem) {
  EXPECT_EQ(DumpCount().take(session()), 2U);
}

TEST(DumpCount, AnyCutGivesTheSame) {
  const Bytes all = session();
  for (std::size_t size = 1; size < 12; ++size) {
    DumpCount count;
    std::uint64_t found = 0;
    for (std::size_t at = 0; at < all.size(); at += size)
      found += count.take(ByteView(all).subspan(at, std::min(size, all.size() - at)));
    EXPECT_EQ(found, 2U) << size;
  }
}

}  // namespace
}  // namespace sluice::relay
