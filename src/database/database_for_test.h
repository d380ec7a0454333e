#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "database/database.h"
#include "database/private_server.h"

namespace sluice::database {

/// Runs a test on each kind of database: an SQLite file, a real MariaDB, a real MySQL. Every test has an empty one of
/// its own.
class DatabaseTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::sqlite) {
      std::string name = (std::filesystem::temp_directory_path() / "metadb_test_XXXXXX").string();
      folder_ = ::mkdtemp(name.data());
      options_.address = SqliteFile{folder_ / "meta.db"};
      return;
    }
    PrivateServer& server = PrivateServer::instance(GetParam());
    if (!server.unavailable().empty()) GTEST_SKIP() << "NOT TESTED: " << server.unavailable();
    options_ = server.fresh_database();
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] Database open() const {
    auto opened = Database::open(options_);
    if (!opened) ADD_FAILURE() << opened.error().message;
    return std::move(opened.value());
  }

  Options options_;

 private:
  std::filesystem::path folder_;
};

inline std::string kind_name(const ::testing::TestParamInfo<Kind>& info) {
  return std::array{"sqlite", "mariadb", "mysql97"}.at(static_cast<std::size_t>(info.param));
}

/// The number a successful Result holds; a failure fails the test.
template <typename Number>
Number counted(const Result<Number>& result) {
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result.value_or(Number{});
}

inline void expect_done(const Result<void>& result) {
  EXPECT_TRUE(result.has_value()) << result.error().message;
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): a suite per test program file needs the macro's names
#define SLUICE_ON_EACH_DATABASE(suite)                                                                            \
  INSTANTIATE_TEST_SUITE_P(, suite,                                                                               \
                           ::testing::Values(::sluice::database::Kind::sqlite, ::sluice::database::Kind::mariadb, \
                                             ::sluice::database::Kind::mysql97),                                  \
                           ::sluice::database::kind_name)
#define SLUICE_ON_EACH_SERVER(suite)                                                                                \
  INSTANTIATE_TEST_SUITE_P(, suite,                                                                                 \
                           ::testing::Values(::sluice::database::Kind::mariadb, ::sluice::database::Kind::mysql97), \
                           ::sluice::database::kind_name)

}  // namespace sluice::database
