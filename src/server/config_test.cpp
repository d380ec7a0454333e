#include "server/config.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

class ServerConfigTest : public testing::Test {
 protected:
  ServerConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "server_config_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ServerConfigTest() override { std::filesystem::remove_all(folder_); }

  Result<Config> load(const std::string& text) {
    std::ofstream(folder_ / "sluiced.toml") << text;
    return load_config(folder_ / "sluiced.toml", "/opt/sluice/bin");
  }
  /// What is wrong with a file that is right but for `text`.
  std::string problem(const std::string& text) {
    const auto config = load(std::string(least) + text);
    return config ? "" : config.error().message;
  }
  /// The same for a key of [server].
  std::string server_problem(const std::string& line) {
    const auto config = load(std::string(least) + line + "\n");
    return config ? "" : config.error().message;
  }
  static bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

  static constexpr const char* least = "[server]\ndirectory = \"/var/lib/sluice\"\naddress = \"10.0.0.1\"\n";
  static constexpr const char* native_secret = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7";
  std::filesystem::path folder_;
};

TEST_F(ServerConfigTest, LittleIsRequiredAndTheRestHasItsUsualValue) {
  const auto config = load(least);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen_address, "0.0.0.0");
  EXPECT_EQ(config->port, 2983);
  EXPECT_EQ(config->cluster, "sluice");
  EXPECT_EQ(config->key_file, "/var/lib/sluice/key");
  EXPECT_EQ(config->instance_program, "/opt/sluice/bin/sluice-instance");
  EXPECT_EQ(std::get<metadb::SqliteFile>(config->metadb.address).path, "/var/lib/sluice/metadb.sqlite");
  EXPECT_EQ(config->ports.first, 8100);
  EXPECT_EQ(config->ports.last, 9099);
  EXPECT_EQ(config->metrics_port, 2984);
  EXPECT_FALSE(config->administrator);
}

TEST_F(ServerConfigTest, EveryKeyIsRead) {
  const auto config = load(
      "[server]\ndirectory = \"/d\"\naddress = \"10.0.0.1\"\nlisten = \"::\"\nport = 0\nregion = \"r\"\nidc = \"i\"\n"
      "zone = \"z\"\ngroup = \"g\"\nkey_file = \"/k\"\ncluster = \"c\"\ntrusted = [\"10.1.0.0/16\"]\n"
      "tls_certificate = \"/c.pem\"\ntls_key = \"/k.pem\"\ninstance_program = \"/p\"\n"
      "[metadb]\nkind = \"mysql\"\naddress = \"10.0.0.5:3307\"\nuser = \"u\"\npassword = \"p\"\ndatabase = \"b\"\n"
      "[instances]\nfirst_port = 1\nlast_port = 2\ncontrol_group = \"/sys/fs/cgroup/sluice\"\n"
      "[metrics]\nenabled = false\naddress = \"0.0.0.0\"\nport = 0\n"
      "[messages]\nfile = \"/m\"\ndebug = true\n"
      "[administrator]\nname = \"root\"\nnative = \"*14E65567ABDB5135D0CFD9A70B3032C179A49EE7\"\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->port, 0);
  EXPECT_EQ(config->region + config->idc + config->zone + config->group, "rizg");
  EXPECT_EQ(config->cluster, "c");
  EXPECT_TRUE(config->trusted.contains("10.1.2.3"));
  EXPECT_EQ(config->trusted_texts, (std::vector<std::string>{"10.1.0.0/16"}));
  EXPECT_EQ(config->certificate_file, "/c.pem");
  EXPECT_EQ(config->instance_program, "/p");
  const auto& mysql = std::get<metadb::MySqlAddress>(config->metadb.address);
  EXPECT_EQ(mysql.host, "10.0.0.5");
  EXPECT_EQ(mysql.port, 3307);
  EXPECT_EQ(mysql.user + mysql.password + mysql.database, "upb");
  EXPECT_EQ(config->ports.last, 2);
  EXPECT_EQ(config->control_group, "/sys/fs/cgroup/sluice");
  EXPECT_FALSE(config->metrics_enabled);
  EXPECT_EQ(config->log_file, "/m");
  EXPECT_TRUE(config->log_debug);
  ASSERT_TRUE(config->administrator);
  EXPECT_TRUE(config->administrator->admin);
}

TEST_F(ServerConfigTest, AllProblemsAreToldAtOnceWithTheFile) {
  const auto config =
      load("[server]\nport = 70000\nadress = \"x\"\n[metadb]\nkind = \"oracle\"\n[nosuch]\n[metrics]\nport = -1\n");
  ASSERT_FALSE(config);
  for (const char* part : {"sluiced.toml", "directory", "address", "port", "adress", "kind", "nosuch", "metrics"})
    EXPECT_TRUE(holds(config.error().message, part)) << part << " in " << config.error().message;
}

TEST_F(ServerConfigTest, UnknownKeysAreToldInEverySection) {
  for (const char* section : {"metadb", "instances", "metrics", "messages", "administrator"})
    EXPECT_TRUE(holds(problem("[" + std::string(section) + "]\nnosuch = 1\n"), "nosuch")) << section;
  EXPECT_TRUE(holds(problem("[metadb]\nkind = \"sqlite\"\naddress = \"h\"\n"), "address"));
}

TEST_F(ServerConfigTest, AddressesAreIpAddressesThatOthersCanReach) {
  EXPECT_TRUE(holds(server_problem("listen = \"localhost\""), "listen"));
  for (const char* address : {"host", "0.0.0.0", "::", ""}) {
    const auto config = load("[server]\ndirectory = \"/d\"\naddress = \"" + std::string(address) + "\"\n");
    EXPECT_FALSE(config) << address;
  }
}

TEST_F(ServerConfigTest, DirectoriesAreAbsolute) {
  EXPECT_FALSE(load("[server]\ndirectory = \"d\"\naddress = \"10.0.0.1\"\n"));
}

TEST_F(ServerConfigTest, NamesFitTheMetaDb) {
  EXPECT_EQ(server_problem("zone = \"" + std::string(128, 'z') + "\""), "");
  EXPECT_TRUE(holds(server_problem("zone = \"" + std::string(129, 'z') + "\""), "zone"));
  EXPECT_TRUE(holds(server_problem("zone = \"z1 \""), "zone begins or ends with a space"));
}

TEST_F(ServerConfigTest, WhatGoesTogetherIsGivenTogether) {
  EXPECT_TRUE(holds(server_problem("tls_certificate = \"/c.pem\""), "tls_key"));
  EXPECT_TRUE(holds(problem("[instances]\nfirst_port = 9000\nlast_port = 8999\n"), "last_port"));
  EXPECT_TRUE(holds(problem("[metadb]\nkind = \"mysql\"\n"), "user"));
}

TEST_F(ServerConfigTest, NoProblemShowsAPassword) {
  const std::string text = problem(
      "[metadb]\nkind = \"mysql\"\nuser = \"u\"\npassword = \"hush-hush\"\npassword_file = \"/nosuch\"\n"
      "[administrator]\nname = \"root\"\nnative = \"hush-hush\"\npassword = \"hush-hush\"\n");
  EXPECT_NE(text, "");
  EXPECT_FALSE(holds(text, "hush-hush")) << text;
}

TEST_F(ServerConfigTest, AnAdministratorNobodyCouldBeIsRefusedBeforeItIsMade) {
  EXPECT_TRUE(holds(problem("[administrator]\nname = \"root\"\n"), "administrator"));
  EXPECT_TRUE(holds(problem("[administrator]\nname = \"root\"\nnative = \"secret\"\n"), "native"));
  for (const char* name : {"", "sluice_admin", "a@b", "a#b", "a:b"}) {
    EXPECT_TRUE(holds(
        problem("[administrator]\nname = \"" + std::string(name) + "\"\nnative = \"" + native_secret + "\"\n"), "name"))
        << name;
  }
}

}  // namespace
}  // namespace sluice::server
