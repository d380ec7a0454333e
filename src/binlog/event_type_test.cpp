#include "binlog/event_type.h"

#include <bit>

#include <gtest/gtest.h>

namespace sluice::binlog {

TEST(EventTypeName, IsThatOfShowBinlogEvents) {
  EXPECT_EQ(event_type_name(EventType::anonymous_gtid), "Anonymous_Gtid");
  EXPECT_EQ(event_type_name(EventType::gtid_tagged), "Gtid_tagged_log_event");
  EXPECT_EQ(event_type_name(EventType::partial_update_rows), "Update_rows_partial");
  EXPECT_EQ(event_type_name(EventType::mariadb_gtid_list), "Gtid_list");
}

TEST(EventTypeName, UnknownNumbersHaveOneToo) {
  EXPECT_EQ(event_type_name(EventType::unknown), "Unknown");
  EXPECT_EQ(event_type_name(std::bit_cast<EventType>(std::uint8_t{99})), "Unknown");
}

TEST(IsRowsEvent, TakesV1V2AndPartialButNotOldOrCompressedOnes) {
  EXPECT_TRUE(is_rows_event(EventType::delete_rows_v1));
  EXPECT_TRUE(is_rows_event(EventType::partial_update_rows));
  EXPECT_FALSE(is_rows_event(EventType::write_rows_v0));
  EXPECT_FALSE(is_rows_event(EventType::mariadb_write_rows_compressed_v1));
}

}  // namespace sluice::binlog
