#include "dump/event_packer.h"

#include <deque>

#include <gtest/gtest.h>

#include "dump/block_events.h"
#include "store/block_builder.h"

namespace sluice::dump {
namespace {

std::shared_ptr<const store::Block> block_of(std::size_t count, std::size_t size) {
  store::BlockBuilder builder({1, 4});
  for (std::size_t i = 0; i < count; ++i)
    builder.add(Bytes(size, static_cast<std::uint8_t>(i)), binlog::EventType::rows_query);
  return builder.take({});
}

TEST(EventPacker, ManyThatHoldBuffersGatherLess) {
  const auto block = block_of(250, 1000);
  const std::size_t alone = EventPacker::share();
  ASSERT_GT(alone, store::Block::framed_size_target) << "a whole block";
  std::size_t bytes = 0;
  {
    std::deque<EventPacker> blocked;
    for (int i = 0; i < 1000; ++i) {
      EventPacker& packer = blocked.emplace_back(true, false, 0);
      packer.add(*block, 0, event_behind(*block, 0, EventPacker::share()));
      bytes += packer.bytes().size();
    }
    EXPECT_LT(bytes, std::size_t{50} << 20U) << "of 250 MB they would hold";
    EXPECT_LT(EventPacker::share(), std::size_t{20} << 10U);
  }
  EXPECT_EQ(EventPacker::share(), alone) << "all were given back";
}

TEST(BlockEvents, AsManyAsFitButOneAtLeast) {
  const auto block = block_of(10, 95);  // frames of 100 bytes
  EXPECT_EQ(event_behind(*block, 0, 1000), 10);
  EXPECT_EQ(event_behind(*block, 0, 999), 9);
  EXPECT_EQ(event_behind(*block, 0, 200), 2);
  EXPECT_EQ(event_behind(*block, 3, 250), 5);
  EXPECT_EQ(event_behind(*block, 3, 1), 4);
  EXPECT_EQ(event_behind(*block, 9, 1), 10);
}

}  // namespace
}  // namespace sluice::dump
