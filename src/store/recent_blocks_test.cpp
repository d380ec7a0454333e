#include "store/recent_blocks.h"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

std::shared_ptr<const Block> block_of(LogPosition begin, std::size_t size) {
  auto block = std::make_shared<Block>();
  block->begin = begin;
  block->end_offset = begin.offset + size;
  block->framed.resize(size);
  return block;
}

TEST(RecentBlocks, FindTheBlockAroundAPosition) {
  RecentBlocks blocks;
  const auto block = block_of({2, 100}, 50);
  blocks.add(block);
  EXPECT_EQ(blocks.find({2, 100}), block);
  EXPECT_EQ(blocks.find({2, 149}), block);
  EXPECT_EQ(blocks.find({2, 150}), nullptr) << "behind its end";
  EXPECT_EQ(blocks.find({2, 99}), nullptr);
  EXPECT_EQ(blocks.find({3, 110}), nullptr) << "of another file";
}

TEST(RecentBlocks, TheOldestGoFirst) {
  RecentBlocks blocks;
  constexpr std::size_t size = RecentBlocks::size_max / 4;
  for (std::uint64_t i = 0; i < 5; ++i)
    blocks.add(block_of({1, i * size}, size));
  EXPECT_EQ(blocks.find({1, 0}), nullptr);
  EXPECT_NE(blocks.find({1, size}), nullptr);
  EXPECT_NE(blocks.find({1, 4 * size}), nullptr);
}

TEST(RecentBlocks, ABlockThatIsThereIsNotCountedTwice) {
  RecentBlocks blocks;
  constexpr std::size_t size = RecentBlocks::size_max / 2;
  const auto first = block_of({1, 0}, size);
  blocks.add(first);
  blocks.add(block_of({1, 0}, size));
  blocks.add(block_of({1, size}, size));
  EXPECT_EQ(blocks.find({1, 0}), first);
}

}  // namespace
}  // namespace sluice::store
