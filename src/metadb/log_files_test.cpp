#include "metadb/log_files.h"

#include <gtest/gtest.h>

#include "metadb/cluster_for_test.h"

namespace sluice::metadb {
namespace {

class LogFilesTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped()) return;
    MetaDb database = open();
    make_tenant(database);
    make_running(database, "a1");
    EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  }
  [[nodiscard]] static LogFile file(std::int64_t number) {
    return {.number = number,
            .previous_gtids = "uuid:1-" + std::to_string(number),
            .source_place = "p",
            .layout = "l",
            .instance = "a1",
            .epoch = 1};
  }
};
SLUICE_ON_EACH_DATABASE(LogFilesTest);

TEST_P(LogFilesTest, newest_comes_first_and_old_ones_are_forgotten) {
  MetaDb database = open();
  for (const int number : {1, 2, 3}) {
    expect_done(record_log_file(database, tenant_a, file(number)));
  }
  EXPECT_EQ(list_log_files(database, tenant_a)->front().number, 3);
  EXPECT_EQ(list_log_files(database, tenant_a, {.limit = 1})->size(), 1U);
  EXPECT_EQ(counted(forget_log_files(database, tenant_a, 3)), 2U);
  EXPECT_EQ(list_log_files(database, tenant_a)->front().previous_gtids, "uuid:1-3");
}

TEST_P(LogFilesTest, a_primary_of_the_past_records_nothing) {
  MetaDb database = open();
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 1, "", somebody)));
  const auto late = record_log_file(database, tenant_a, file(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::refused);
}

TEST_P(LogFilesTest, the_same_file_again_is_well_another_is_not) {
  MetaDb database = open();
  expect_done(record_log_file(database, tenant_a, file(1)));
  expect_done(record_log_file(database, tenant_a, file(1)));
  LogFile other = file(1);
  other.previous_gtids = "uuid:1-9";
  const auto recorded = record_log_file(database, tenant_a, other);
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace sluice::metadb
