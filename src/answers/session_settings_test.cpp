#include <algorithm>

#include <gtest/gtest.h>

#include "answers/character_sets.h"
#include "answers/session_time_zone.h"
#include "answers/sql_mode.h"
#include "answers/system_variable.h"
#include "answers/version_number.h"

namespace sluice::answers {
namespace {

TEST(VersionNumber, OfTexts) {
  EXPECT_EQ(version_number("5.7.44-sluice"), 50744U);
  EXPECT_EQ(version_number("8.0.35"), 80035U);
  EXPECT_EQ(version_number("10.11.6-MariaDB"), 101106U);
  EXPECT_EQ(version_number("9.7"), 90700U);
  EXPECT_EQ(version_number("x"), 0U);
  EXPECT_EQ(version_number(""), 0U);
}

TEST(SqlMode, NamesAndBits) {
  EXPECT_EQ(parse_sql_mode(""), 0U);
  EXPECT_EQ(parse_sql_mode("ansi_quotes,,STRICT_ALL_TABLES"), sql_mode::ansi_quotes | sql_mode::strict_all_tables);
  EXPECT_EQ(parse_sql_mode("ANSI_QUOTES,FOO").error(), "FOO");
  EXPECT_EQ(sql_mode_text(*parse_sql_mode("TRADITIONAL")),
            "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,"
            "NO_ENGINE_SUBSTITUTION");
  EXPECT_TRUE(is_sql_mode(0x1FFFFFFFFU));
  EXPECT_FALSE(is_sql_mode(0x200000000U));
}

TEST(CharacterSets, NamesAndCollations) {
  EXPECT_EQ(find_character_set("UTF8MB4")->default_collation, "utf8mb4_general_ci");
  EXPECT_EQ(find_character_set("utf8mb3")->name, "utf8");
  EXPECT_FALSE(find_character_set("utf7"));
  EXPECT_EQ(character_set_of_collation("utf8mb4_0900_ai_ci")->name, "utf8mb4");
  EXPECT_EQ(character_set_of_collation("GBK_bin")->name, "gbk");
  EXPECT_EQ(character_set_of_collation("binary")->name, "binary");
  EXPECT_FALSE(character_set_of_collation("latin1_unicode_ci"));
  EXPECT_FALSE(character_set_of_collation("utf8_0900_ai_ci"));
  EXPECT_FALSE(character_set_of_collation("utf8"));
  EXPECT_FALSE(character_set_of_collation("_bin"));
}

TEST(SessionTimeZone, Texts) {
  EXPECT_FALSE(parse_time_zone("SYSTEM")->offset);
  EXPECT_EQ(parse_time_zone("utc")->offset, std::chrono::minutes(0));
  EXPECT_EQ(parse_time_zone("+08:00")->offset, std::chrono::minutes(480));
  EXPECT_EQ(parse_time_zone("-13:59")->offset, std::chrono::minutes(-839));
  EXPECT_EQ(parse_time_zone("+14:00")->offset, std::chrono::minutes(840));
  for (const char* text :
       {"", ":", "+", "8:00", "+14:01", "-14:00", "+08:60", "+08:0", "+008:00", "+08:00 ", "+ab:cd"}) {
    EXPECT_FALSE(parse_time_zone(text)) << text;
  }
}

TEST(SessionTimeZone, Formatting) {
  const auto time = std::chrono::system_clock::time_point(std::chrono::microseconds(1700000000123456));
  EXPECT_EQ(format_time(time, {std::chrono::minutes(0)}), "2023-11-14 22:13:20");
  EXPECT_EQ(format_time(time, {std::chrono::minutes(480)}, 3), "2023-11-15 06:13:20.123");
  EXPECT_EQ(format_time(time, {std::chrono::minutes(-30)}, 6), "2023-11-14 21:43:20.123456");
}

TEST(Times, AreRead) {
  const SessionTimeZone utc{std::chrono::minutes(0)};
  EXPECT_EQ(parse_time("2023-11-14 22:13:20", utc), 1700000000);
  EXPECT_EQ(parse_time("2023-11-14T22:13:20.5", utc), 1700000000);
  EXPECT_EQ(parse_time("20231114221320", utc), 1700000000);
  EXPECT_EQ(parse_time("2023-11-15 06:13:20", {std::chrono::minutes(480)}), 1700000000);
  EXPECT_EQ(parse_time("2023-11-14", utc), 1699920000);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  EXPECT_EQ(parse_time(format_time(now, {}), {}), now.time_since_epoch().count());
}

TEST(Times, ThatAreNone) {
  for (const char* text : {"", "abc", "2023", "2023-11", "2023-11-31", "2023-13-01", "2023-11-14 24:00:00", "2023-1-1",
                           "2023-11-14 22:13", "2023-11-14 22:13:20x", "2023-11-14 22:13:20.x", "2023/11/14",
                           "202311142213201", "2023-11-14.5", "-2023-11-14"}) {
    EXPECT_EQ(parse_time(text, {}), std::nullopt) << text;
  }
}

TEST(SystemVariables, AreWellFormed) {
  for (const SystemVariable& variable : system_variables()) {
    EXPECT_EQ(find_system_variable(variable.name), &variable) << variable.name;
    if (variable.kind == SystemVariable::Kind::boolean && variable.live == nullptr && !variable.parameter) {
      EXPECT_TRUE(variable.value == "ON" || variable.value == "OFF") << variable.name;
    }
    if (variable.kind == SystemVariable::Kind::choice) {
      const std::string choices = "," + std::string(variable.choices) + ",";
      EXPECT_TRUE(choices.contains("," + std::string(variable.value) + ",")) << variable.name;
    }
    if (!variable.same_as.empty()) {
      EXPECT_NE(find_system_variable(variable.same_as), nullptr) << variable.name;
    }
  }
  EXPECT_EQ(find_system_variable("VERSION")->name, "version");
  EXPECT_EQ(find_system_variable(""), nullptr);
  EXPECT_EQ(find_system_variable("zzz"), nullptr);
}

}  // namespace
}  // namespace sluice::answers
