#include "metadb/states.h"

#include <gtest/gtest.h>

namespace sluice::metadb {
namespace {

TEST(StatesTest, every_word_is_read_back) {
  for (int state = 0; state <= static_cast<int>(InstanceState::drop); ++state) {
    const auto value = static_cast<InstanceState>(state);
    EXPECT_EQ(parse_instance_state(to_text(value)).value(), value);
  }
  EXPECT_EQ(to_text(InstanceState::logical_drop), "LogicalDrop");
  EXPECT_EQ(parse_wanted(to_text(Wanted::dropped)).value(), Wanted::dropped);
  for (const auto state : {ServerState::online, ServerState::suspect, ServerState::offline}) {
    EXPECT_EQ(parse_server_state(to_text(state)).value(), state);
  }
}

TEST(StatesTest, word_of_a_newer_program_is_no_guess) {
  EXPECT_EQ(parse_instance_state("Dreaming").error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace sluice::metadb
