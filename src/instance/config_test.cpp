#include "instance/config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace sluice::instance {
namespace {

/// What is wrong with a configuration that has nothing but this tenant.
std::string problems(const std::string& tenant) {
  std::string folder = (std::filesystem::temp_directory_path() / "instance_config_test_XXXXXX").string();
  EXPECT_NE(::mkdtemp(folder.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "instance.toml";
  std::ofstream(file) << "[tenant]\nname = \"" << tenant << "\"\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto config = load_config(file);
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(config);
  return config ? "" : config.error().message;
}

TEST(InstanceConfig, ATenantsNameMayBeAsLongAsStatementsMakeIt) {
  const std::string longest = std::string(128, 'c') + "." + std::string(128, 't');
  EXPECT_EQ(problems(longest).find("has to have 1 to 257 bytes"), std::string::npos);
  EXPECT_NE(problems(longest + "t").find("has to have 1 to 257 bytes"), std::string::npos);
  EXPECT_NE(problems("").find("has to have 1 to 257 bytes"), std::string::npos);
}

}  // namespace
}  // namespace sluice::instance
