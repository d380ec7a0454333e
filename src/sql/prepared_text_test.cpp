#include "sql/prepared_text.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace sluice::sql {
namespace {

PreparedText made(std::string text) {
  return *PreparedText::make(std::move(text), {});
}

TEST(PreparedText, PlacesAreNotInStringsNamesAndComments) {
  EXPECT_EQ(made("SELECT ?, '?', `?`, /* ? */ ? -- ?").parameter_count(), 2U);
  EXPECT_EQ(made("SELECT 1").parameter_count(), 0U);
  EXPECT_EQ(PreparedText::make("SELECT '", {}).error().code, 1064);
}

TEST(PreparedText, ValuesBecomeLiterals) {
  const std::vector<Value> values = {Value{}, std::int64_t{-5}, std::uint64_t{18446744073709551615U}, 1.5,
                                     std::string("a'b\\c")};
  EXPECT_EQ(made("SELECT ?,?,?,?,?").with_values(values, {}),
            "SELECT  NULL , -5 , 18446744073709551615 , 1.5e0 , 'a''b\\\\c' ");
  EXPECT_EQ(literal_text(Value("a\\"), {.no_backslash_escapes = true}), "'a\\'");
  EXPECT_EQ(literal_text(Value("\xFF'"), {}), "x'ff27'");
  EXPECT_EQ(literal_text(Value(std::nan("")), {}), "NULL");
}

TEST(PreparedText, NoValueChangesTheStatement) {
  for (const std::string text : {"x' OR 1=1 -- ", "\\", "\\' OR 1", "\xBF' OR 1 -- ", "*/ DROP", "?"}) {
    const std::vector<Value> values = {text};
    const auto statement = parse_statement(made("SELECT ?").with_values(values, {}), {});
    ASSERT_TRUE(statement) << text;
    const auto& item = std::get<Select>(*statement).items.at(0);
    EXPECT_EQ(std::get<std::string>(std::get<Literal>(item.expression.node).value), text);
  }
}

TEST(PreparedText, NegativeNumbersDoNotMakeComments) {
  const std::vector<Value> values = {std::int64_t{-3}};
  ASSERT_TRUE(parse_statement(made("SELECT 5-?").with_values(values, {}), {}));
}

TEST(PreparedText, DoublesReadBackExactly) {
  for (const double number : {0.1, 1e300, -2.5, 5e-324, 123456789.123}) {
    const std::string text = literal_text(Value(number), {});
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), number);
    EXPECT_TRUE(text.contains('e')) << text;
  }
}

}  // namespace
}  // namespace sluice::sql
