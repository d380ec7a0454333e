#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "metadb/meta_db.h"
#include "metadb/private_server.h"

namespace sluice::metadb {

/// Runs a test on each kind of MetaDB: an SQLite file, a real MariaDB, a real MySQL. Every test has an empty one of its
/// own.
class MetaDbTest : public ::testing::TestWithParam<MetaDbKind> {
 protected:
  void SetUp() override {
    if (GetParam() == MetaDbKind::sqlite) {
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

  [[nodiscard]] MetaDb open() const {
    auto opened = MetaDb::open(options_);
    if (!opened) ADD_FAILURE() << opened.error().message;
    return std::move(opened.value());
  }

  Options options_;

 private:
  std::filesystem::path folder_;
};

inline std::string kind_name(const ::testing::TestParamInfo<MetaDbKind>& info) {
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
#define SLUICE_ON_EACH_META_DB(suite)                                                                                \
  INSTANTIATE_TEST_SUITE_P(, suite, ::testing::Values(MetaDbKind::sqlite, MetaDbKind::mariadb, MetaDbKind::mysql97), \
                           kind_name)
#define SLUICE_ON_EACH_SERVER(suite) \
  INSTANTIATE_TEST_SUITE_P(, suite, ::testing::Values(MetaDbKind::mariadb, MetaDbKind::mysql97), kind_name)

}  // namespace sluice::metadb
