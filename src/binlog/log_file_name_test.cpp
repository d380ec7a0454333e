#include "binlog/log_file_name.h"

#include <gtest/gtest.h>

namespace sluice::binlog {

TEST(LogFileName, GrowsBeyondSixDigits) {
  EXPECT_EQ(log_file_name(1), "mysql-bin.000001");
  EXPECT_EQ(log_file_name(999999), "mysql-bin.999999");
  EXPECT_EQ(log_file_name(1000000), "mysql-bin.1000000");
}

TEST(LogFileName, NumberComesBack) {
  EXPECT_EQ(log_file_number("/data/mysql-bin.000042"), 42U);
  EXPECT_EQ(log_file_number("mysql-bin.1000000"), 1000000U);
}

TEST(LogFileName, OthersHaveNoNumber) {
  for (const char* name : {"", "mysql-bin.", "mysql-bin.1", "mysql-bin.000000", "mysql-bin.0000001", "mysql-bin.00001x",
                           "mysql-bin.000001.marks", "mysql-bin.index", "binlog.000001"}) {
    EXPECT_FALSE(log_file_number(name)) << name;
  }
}

}  // namespace sluice::binlog
