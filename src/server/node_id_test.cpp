#include "server/node_id.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

class NodeIdTest : public testing::Test {
 protected:
  NodeIdTest() {
    std::string name = (std::filesystem::temp_directory_path() / "node_id_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~NodeIdTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(NodeIdTest, ItIsMadeOnce) {
  const auto first = load_or_make_node_id(folder_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->size(), 32U);
  EXPECT_EQ(load_or_make_node_id(folder_).value_or(""), *first);
}

TEST_F(NodeIdTest, ADamagedFileIsNeverReplaced) {
  for (const char* content : {"", "0123", "g0000000000000000000000000000000", "00000000000000000000000000000000 "}) {
    std::ofstream(folder_ / "node_id") << content;
    const auto loaded = load_or_make_node_id(folder_);
    ASSERT_FALSE(loaded) << content;
    EXPECT_EQ(loaded.error().kind, ErrorKind::corrupt);
  }
}

TEST_F(NodeIdTest, AFileThatCannotBeLookedForIsNeverReplaced) {
  std::filesystem::create_symlink("node_id", folder_ / "node_id");
  EXPECT_FALSE(load_or_make_node_id(folder_));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "node_id"));
}

TEST(NodeId, ItIsToldAsUuidAndNumber) {
  EXPECT_EQ(uuid_text("0123456789abcdef0123456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(number_of("ffffffff000000000000000000000000"), 0xffffffffU);
  EXPECT_EQ(number_of("00000000ffffffffffffffffffffffff"), 1U);
}

}  // namespace
}  // namespace sluice::server
