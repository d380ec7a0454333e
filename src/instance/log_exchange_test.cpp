#include "instance/log_exchange.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"

namespace sluice::instance {
namespace {

struct LogExchange : testing::Test {
  LogExchange() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-exchange-XXXXXX";
    directory = mkdtemp(name.data());
    log = directory / "binlog";
    aside = directory / "binlog.replaced";
  }
  ~LogExchange() override { std::filesystem::remove_all(directory); }

  void make_log(std::string_view content) {
    std::filesystem::create_directories(log);
    ASSERT_TRUE(replace_file(log / "mysql-bin.000001", content));
  }

  std::filesystem::path directory;
  std::filesystem::path log;
  std::filesystem::path aside;
};

TEST_F(LogExchange, StaysIfNobodyAsked) {
  make_log("old");
  ASSERT_TRUE(put_log_aside_if_asked(directory, true));
  EXPECT_TRUE(std::filesystem::exists(log / "mysql-bin.000001"));
}

TEST_F(LogExchange, GoesAsideOnce) {
  make_log("old");
  ASSERT_TRUE(ask_for_log_to_be_put_aside(directory));
  ASSERT_TRUE(put_log_aside_if_asked(directory, true));
  EXPECT_FALSE(std::filesystem::exists(log));
  EXPECT_EQ(read_file(aside / "mysql-bin.000001", 16), "old");
  make_log("new");
  ASSERT_TRUE(put_log_aside_if_asked(directory, true));
  EXPECT_TRUE(std::filesystem::exists(log / "mysql-bin.000001"));
}

TEST_F(LogExchange, ReplacesWhatWentBefore) {
  for (const std::string_view content : {"first", "second"}) {
    make_log(content);
    ASSERT_TRUE(ask_for_log_to_be_put_aside(directory));
    ASSERT_TRUE(put_log_aside_if_asked(directory, true));
  }
  EXPECT_EQ(read_file(aside / "mysql-bin.000001", 16), "second");
}

TEST_F(LogExchange, StaysWhereItHasBecomeThePrimarys) {
  make_log("old");
  ASSERT_TRUE(ask_for_log_to_be_put_aside(directory));
  ASSERT_TRUE(put_log_aside_if_asked(directory, false));
  ASSERT_TRUE(put_log_aside_if_asked(directory, true));
  EXPECT_TRUE(std::filesystem::exists(log / "mysql-bin.000001"));
}

TEST_F(LogExchange, AskedWithoutALogIsNoError) {
  ASSERT_TRUE(ask_for_log_to_be_put_aside(directory));
  EXPECT_TRUE(put_log_aside_if_asked(directory, true));
}

}  // namespace
}  // namespace sluice::instance
