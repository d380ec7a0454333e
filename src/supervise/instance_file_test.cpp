#include "supervise/instance_file.h"

#include <fstream>
#include <random>

#include <sys/stat.h>
#include <toml++/toml.h>

#include "base/file.h"
#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

/// What toml++ reads of `text` as a value; nothing if it refuses.
std::optional<std::string> read_back(const std::string& quoted) {
  try {
    return toml::parse("a = " + quoted)["a"].value_exact<std::string>();
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

InstanceSettings example() {
  InstanceSettings settings;
  settings.data_directory = "/a \"b\"";
  settings.tenant = "c.t";
  settings.source_kind = "mariadb";
  settings.source_addresses = {"192.0.2.7:3306", "[2001:db8::1]:3306"};
  settings.source_user = "u";
  settings.source_password = "p\"\\\n\t\x7F\xC3\xA4'''\"\"\"#";
  settings.start = "gtid:0-1-100";
  settings.max_binlog_size = 4096;
  settings.listen_address = "127.0.0.1";
  settings.listen_port = 8100;
  settings.accounts = {{"one", "*" + std::string(40, 'A'), "", false, true, false},
                       {"two", "", "h", true, false, true}};
  settings.trusted = {"192.0.2.7", "10.1.0.0/16"};
  settings.parameters = {{"binlog_gtid_display", false}, {"binlog_expire_logs_size", std::int64_t{1} << 50}};
  return settings;
}

TEST(TomlText, EveryOneAndTwoBytesComeBackOrAreRefused) {
  for (int first = 0; first < 256; ++first) {
    for (int second = -1; second < 256; ++second) {
      std::string text(1, static_cast<char>(first));
      if (second >= 0) text += static_cast<char>(second);
      const auto quoted = toml_text(text);
      if (quoted) {
        ASSERT_EQ(read_back(*quoted), text) << first << " " << second;
      } else {
        ASSERT_FALSE(read_back('"' + text + '"')) << "refused, but TOML has it: " << first << " " << second;
      }
    }
  }
}

TEST(TomlText, EveryCharacterOfUnicodeComesBack) {
  const auto byte = [](unsigned value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  for (unsigned code = 0x80; code < 0x110000; code += code < 0x3000 ? 1 : 61) {
    std::string text;
    if (code < 0x800) {
      text = {byte(0xC0 | (code >> 6U)), byte(0x80 | (code & 0x3FU))};
    } else if (code < 0x10000) {
      text = {byte(0xE0 | (code >> 12U)), byte(0x80 | ((code >> 6U) & 0x3FU)), byte(0x80 | (code & 0x3FU))};
    } else {
      text = {byte(0xF0 | (code >> 18U)), byte(0x80 | ((code >> 12U) & 0x3FU)), byte(0x80 | ((code >> 6U) & 0x3FU)),
              byte(0x80 | (code & 0x3FU))};
    }
    const auto quoted = toml_text("x" + text + "y");
    const bool half_of_a_pair = code >= 0xD800 && code < 0xE000;
    ASSERT_EQ(quoted.has_value(), !half_of_a_pair) << code;
    if (quoted) {
      ASSERT_EQ(read_back(*quoted), "x" + text + "y") << code;
    }
  }
}

TEST(TomlText, RandomBytesComeBackOrAreRefused) {
  std::mt19937 random(7);  // the same each time
  int kept = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t size = random() % 12; text.size() < size;) {
      // Bytes that begin and go on characters of several, quotes and controls more often than chance has them.
      static constexpr char special[] = "\"\\\n\r\0\x7F\xE2\x82\xAC\xF0\x9F\x90\x9F\xED\xA0\xC3#'u";
      text += random() % 2 == 0 ? special[random() % (sizeof special - 1)] : static_cast<char>(random() % 256);
    }
    const auto quoted = toml_text(text);
    if (!quoted) continue;
    ++kept;
    ASSERT_EQ(read_back(*quoted), text);
  }
  EXPECT_GT(kept, 1000);
}

TEST(InstanceFile, SaysEverything) {
  const auto text = instance_file_text(example());
  ASSERT_TRUE(text) << text.error().message;
  const auto file = toml::parse(*text);
  EXPECT_EQ(file["data_directory"].value<std::string>(), "/a \"b\"");
  EXPECT_EQ(file["source"]["password"].value<std::string>(), example().source_password);
  EXPECT_EQ(file["source"]["addresses"].as_array()->size(), 2U);
  EXPECT_EQ(file["account"].as_array()->size(), 2U);
  EXPECT_EQ(file["account"][0]["admin"].value<bool>(), true);
  EXPECT_FALSE(file["account"][1].as_table()->contains("native"));
  EXPECT_FALSE(file["account"][0].as_table()->contains("relay"));
  EXPECT_EQ(file["account"][1]["relay"].value<bool>(), true);
  EXPECT_EQ(file["listen"]["trusted"][1].value<std::string>(), "10.1.0.0/16");
  EXPECT_EQ(file["parameters"]["binlog_gtid_display"].value<bool>(), false);
  EXPECT_EQ(file["parameters"]["binlog_expire_logs_size"].value<std::int64_t>(), std::int64_t{1} << 50);
  EXPECT_EQ(file["listen"]["port"].value<int>(), 8100);
  EXPECT_FALSE(file["listen"].as_table()->contains("version"));
}

TEST(InstanceFile, WhomAnInstanceFollowsIsWrittenOnlyIfItFollows) {
  InstanceSettings settings = example();
  EXPECT_FALSE(toml::parse(*instance_file_text(settings)).contains("primary"));
  settings.primary = FollowedPrimary{.address = "10.0.0.2:8100", .user = "u", .password = "p\"", .epoch = 7};
  const auto file = toml::parse(*instance_file_text(settings));
  EXPECT_EQ(file["primary"]["address"].value<std::string>(), "10.0.0.2:8100");
  EXPECT_EQ(file["primary"]["user"].value<std::string>(), "u");
  EXPECT_EQ(file["primary"]["password"].value<std::string>(), "p\"");
  EXPECT_EQ(file["primary"]["epoch"].value<int>(), 7);
}

TEST(InstanceFile, AnErrorNamesTheKeyAndNoSecret) {
  InstanceSettings settings = example();
  settings.source_password = "hidden\xFF";
  const auto text = instance_file_text(settings);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("password"), std::string::npos);
  EXPECT_EQ(text.error().message.find("hidden"), std::string::npos);
  settings = example();
  settings.parameters = {{"a]\nb", true}};
  EXPECT_FALSE(instance_file_text(settings));
}

TEST(InstanceFile, NobodyElseCanReadItWhateverWasThere) {
  const Directory directory;
  const auto file = directory.path / "instance.toml";
  for (const auto& former : {file, directory.path / "instance.toml.new"}) {
    std::ofstream(former) << "x";
    ::chmod(former.c_str(), 0666);
  }
  const mode_t before = ::umask(0);
  const auto written = write_instance_file(file, example());
  ::umask(before);
  ASSERT_TRUE(written) << written.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(*read_file(file, 10'000), *instance_file_text(example()));
}

TEST(InstanceFile, WithoutADirectoryTheErrorNamesIt) {
  const auto written = write_instance_file("/no/such/directory/instance.toml", example());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("/no/such/directory"), std::string::npos);
}

}  // namespace
}  // namespace sluice::supervise
