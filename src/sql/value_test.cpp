#include "sql/value.h"

#include <gtest/gtest.h>

#include "sql/like.h"
#include "sql/operators.h"

namespace sluice::sql {
namespace {

std::string number_text(std::string_view digits) {
  const auto number = parse_number(digits);
  return number ? text_of(*number).value_or("NULL") : "none";
}

std::string computed(BinaryOperator applied, const Value& left, const Value& right) {
  const auto result = apply(applied, left, right);
  return result ? text_of(*result).value_or("NULL") : std::to_string(result.error().code);
}

Value number(std::string_view digits) {
  return *parse_number(digits);
}

constexpr auto add_ = BinaryOperator::add;
constexpr auto subtract_ = BinaryOperator::subtract;
constexpr auto multiply_ = BinaryOperator::multiply;
constexpr auto divide_ = BinaryOperator::divide;
constexpr auto integer_divide_ = BinaryOperator::integer_divide;
constexpr auto modulo_ = BinaryOperator::modulo;
constexpr auto equal_ = BinaryOperator::equal;

// All expected texts are what MySQL 9.7 answers.

TEST(Value, NumbersTakeTheSmallestType) {
  EXPECT_TRUE(std::holds_alternative<std::int64_t>(number("9223372036854775807")));
  EXPECT_TRUE(std::holds_alternative<std::uint64_t>(number("9223372036854775808")));
  EXPECT_TRUE(std::holds_alternative<Decimal>(number("18446744073709551616")));
  EXPECT_TRUE(std::holds_alternative<Decimal>(number("1.5")));
  EXPECT_TRUE(std::holds_alternative<double>(number("1.5e0")));
  EXPECT_TRUE(std::holds_alternative<double>(number("100000000000000000000000000000000000000000")));
  EXPECT_FALSE(parse_number(""));
  EXPECT_FALSE(parse_number("."));
  EXPECT_FALSE(parse_number("1x"));
  EXPECT_FALSE(parse_number("-1"));
  EXPECT_FALSE(parse_number("inf"));
  EXPECT_FALSE(parse_number("1e999"));
}

TEST(Value, Text) {
  EXPECT_EQ(number_text("1.50"), "1.50");
  EXPECT_EQ(number_text(".5"), "0.5");
  EXPECT_EQ(number_text("5."), "5");
  EXPECT_EQ(number_text("0.05"), "0.05");
  EXPECT_EQ(number_text("0.0"), "0.0");
  EXPECT_EQ(number_text("0.1e1"), "1");
  EXPECT_EQ(number_text("1e-10"), "0.0000000001");
  EXPECT_EQ(number_text("1.25e-7"), "0.000000125");
  EXPECT_EQ(number_text("1e-15"), "0.000000000000001");
  EXPECT_EQ(number_text("1e-16"), "1e-16");
  EXPECT_EQ(number_text("1e14"), "100000000000000");
  EXPECT_EQ(number_text("1e15"), "1e15");
  EXPECT_EQ(number_text("1.25e15"), "1.25e15");
  EXPECT_EQ(number_text("1844674407370955.2e0"), "1844674407370955.2");
  EXPECT_EQ(number_text("1.0e30"), "1e30");
  EXPECT_EQ(number_text("1.5e300"), "1.5e300");
  EXPECT_EQ(text_of(Value{}), std::nullopt);
}

TEST(Value, IntegerArithmetic) {
  EXPECT_EQ(computed(add_, number("1"), number("1")), "2");
  EXPECT_EQ(computed(add_, number("9223372036854775807"), number("1")), "1690");
  EXPECT_EQ(computed(add_, number("18446744073709551615"), number("1")), "1690");
  EXPECT_EQ(computed(subtract_, number("1"), number("18446744073709551615")), "1690");
  EXPECT_EQ(computed(multiply_, number("18446744073709551615"), number("18446744073709551615")), "1690");
  EXPECT_EQ(computed(integer_divide_, negate(number("7")), number("2")), "-3");
  EXPECT_EQ(computed(modulo_, negate(number("7")), number("3")), "-1");
  EXPECT_EQ(text_of(negate(number("9223372036854775808"))), "-9223372036854775808");
  EXPECT_EQ(text_of(negate(number("9223372036854775809"))), "-9223372036854775809");
}

TEST(Value, DecimalArithmetic) {
  EXPECT_EQ(computed(add_, number("0.1"), number("0.2")), "0.3");
  EXPECT_EQ(computed(multiply_, number("1.5"), number("2.25")), "3.375");
  EXPECT_EQ(computed(divide_, number("10"), number("4")), "2.5000");
  EXPECT_EQ(computed(divide_, number("2"), number("3")), "0.6667");
  EXPECT_EQ(computed(divide_, number("1.0"), number("3")), "0.33333");
  EXPECT_EQ(computed(divide_, negate(number("2")), number("3")), "-0.6667");
  EXPECT_EQ(computed(modulo_, number("1.1"), number("0.3")), "0.2");
  EXPECT_EQ(computed(integer_divide_, number("7.5"), number("2")), "3");
  EXPECT_EQ(computed(integer_divide_, number("2.99999999999"), number("1")), "2");
  EXPECT_EQ(computed(multiply_, number("9999999999999999999999999999999999999"), number("10")), "1e38");
}

TEST(Value, DoublesAndTexts) {
  EXPECT_EQ(computed(divide_, number("1e0"), number("3")), "0.3333333333333333");
  EXPECT_EQ(computed(multiply_, number("1e300"), number("1e300")), "1690");
  EXPECT_EQ(computed(add_, Value("5abc"), number("1")), "6");
  EXPECT_EQ(computed(multiply_, Value("x"), number("2")), "0");
  EXPECT_EQ(computed(add_, Value("inf"), number("1")), "1");
  EXPECT_EQ(computed(add_, Value(" -2.5e1x"), number("1")), "-24");
  EXPECT_EQ(computed(integer_divide_, Value("1e30"), number("1")), "1690");
  EXPECT_EQ(computed(integer_divide_, Value("5e-19"), number("3")), "0");
  EXPECT_EQ(computed(integer_divide_, number("9223372036854775807"), number("1e0")), "9223372036854775807");
  EXPECT_EQ(computed(integer_divide_, number("18446744073709551615"), number("1.5")), "12297829382473034410");
}

TEST(Value, DivisionByZeroIsNull) {
  for (const auto applied : {divide_, integer_divide_, modulo_}) {
    EXPECT_EQ(computed(applied, number("5"), number("0")), "NULL");
    EXPECT_EQ(computed(applied, number("5.5"), number("0.0")), "NULL");
    EXPECT_EQ(computed(applied, number("5"), Value("x")), "NULL");
    EXPECT_EQ(computed(applied, number("5"), Value{}), "NULL");
  }
}

TEST(Value, Comparison) {
  EXPECT_EQ(computed(equal_, Value("a"), Value("A")), "1");
  EXPECT_EQ(computed(equal_, Value("a"), Value("a  ")), "1");
  EXPECT_EQ(computed(equal_, Value("a"), Value("ab")), "0");
  EXPECT_EQ(computed(equal_, Value("97"), number("97")), "1");
  EXPECT_EQ(computed(equal_, number("1"), number("1.0")), "1");
  EXPECT_EQ(computed(BinaryOperator::less, number("9223372036854775807"), number("9223372036854775808")), "1");
  EXPECT_EQ(computed(BinaryOperator::greater, Value("b"), Value("A")), "1");
  EXPECT_EQ(computed(equal_, Value{}, Value{}), "NULL");
  EXPECT_EQ(computed(BinaryOperator::null_safe_equal, Value{}, Value{}), "1");
  EXPECT_EQ(computed(BinaryOperator::null_safe_equal, number("1"), Value{}), "0");
}

TEST(Value, ThreeValuedLogic) {
  const Value yes = truth(true);
  const Value no = truth(false);
  EXPECT_EQ(computed(BinaryOperator::logical_and, yes, Value{}), "NULL");
  EXPECT_EQ(computed(BinaryOperator::logical_and, no, Value{}), "0");
  EXPECT_EQ(computed(BinaryOperator::logical_or, yes, Value{}), "1");
  EXPECT_EQ(computed(BinaryOperator::logical_or, Value{}, no), "NULL");
  EXPECT_EQ(computed(BinaryOperator::logical_xor, yes, yes), "0");
  EXPECT_EQ(computed(BinaryOperator::logical_xor, yes, Value{}), "NULL");
  EXPECT_EQ(text_of(logical_not(Value{})), std::nullopt);
  EXPECT_EQ(text_of(logical_not(number("0.0"))), "1");
  EXPECT_EQ(text_of(logical_not(Value("0.5"))), "0");
}

TEST(Like, WholeTextInAnyCase) {
  EXPECT_TRUE(matches_like("binlog_format", "binlog_format"));
  EXPECT_TRUE(matches_like("binlog_format", "BINLOG_FORMAT"));
  EXPECT_FALSE(matches_like("binlog_format", "binlog"));
  EXPECT_FALSE(matches_like("binlog", "binlog_format"));
  EXPECT_TRUE(matches_like("", ""));
  EXPECT_FALSE(matches_like("a", ""));
}

TEST(Like, Wildcards) {
  EXPECT_TRUE(matches_like("log_bin_index", "log\\_bin%"));
  EXPECT_FALSE(matches_like("logXbin", "log\\_bin"));
  EXPECT_TRUE(matches_like("logXbin", "log_bin"));
  EXPECT_TRUE(matches_like("abc", "%b%"));
  EXPECT_TRUE(matches_like("aab", "%ab"));
  EXPECT_TRUE(matches_like("", "%%"));
  EXPECT_FALSE(matches_like("ab", "%a"));
  EXPECT_TRUE(matches_like("é", "_"));
  EXPECT_FALSE(matches_like("é", "__"));
  EXPECT_TRUE(matches_like("50%", "50\\%"));
  EXPECT_FALSE(matches_like("50x", "50\\%"));
  EXPECT_TRUE(matches_like("a%", "a|%", '|'));
  EXPECT_TRUE(matches_like("a\\", "a\\"));
}

TEST(Like, ManyWildcardsTakeNoLongerThanTheProduct) {
  const std::string text(20000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) {
    pattern += "%a";
  }
  EXPECT_FALSE(matches_like(text, pattern + "b"));
}

}  // namespace
}  // namespace sluice::sql
