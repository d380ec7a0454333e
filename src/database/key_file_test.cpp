#include "database/key_file.h"

#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"

namespace sluice::database {
namespace {

class KeyFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "key_file_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(KeyFileTest, is_made_once_and_kept) {
  const auto first = load_key_file(folder_ / "key");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_NE(*first, CipherKey{});
  EXPECT_EQ(load_key_file(folder_ / "key").value(), *first);
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing else is left";
}

TEST_F(KeyFileTest, many_at_once_agree) {
  std::mutex mutex;
  std::set<CipherKey> keys;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      const auto key = load_key_file(folder_ / "key");
      const std::scoped_lock lock(mutex);
      keys.insert(key.value_or(CipherKey{}));
    });
  }
  threads.clear();
  EXPECT_EQ(keys.size(), 1U);
  EXPECT_FALSE(keys.contains(CipherKey{}));
}

TEST_F(KeyFileTest, one_that_others_can_read_is_refused) {
  ASSERT_TRUE(load_key_file(folder_ / "key"));
  ASSERT_EQ(::chmod((folder_ / "key").c_str(), 0640), 0);
  const auto key = load_key_file(folder_ / "key");
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("0640"), std::string::npos) << key.error().message;
}

TEST_F(KeyFileTest, wrong_size_link_and_folder_are_refused) {
  ASSERT_TRUE(replace_file(folder_ / "short", "abc", 0600));
  EXPECT_EQ(load_key_file(folder_ / "short").error().kind, ErrorKind::invalid);
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / "link");
  EXPECT_FALSE(load_key_file(folder_ / "link"));
  EXPECT_FALSE(load_key_file(folder_));
  EXPECT_FALSE(load_key_file(folder_ / "no" / "key"));
}

}  // namespace
}  // namespace sluice::database
