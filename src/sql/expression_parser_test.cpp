#include "sql/expression_parser.h"

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace sluice::sql {
namespace {

std::string described(const Expression& expression);

std::string described(std::string head, const std::vector<Expression>& parts) {
  for (const Expression& part : parts) {
    head += " " + described(part);
  }
  return "(" + head + ")";
}

struct Describe {
  std::string operator()(const Literal& literal) const { return text_of(literal.value).value_or("NULL"); }
  std::string operator()(const Parameter& /*parameter*/) const { return "?"; }
  std::string operator()(const UserVariable& variable) const { return "@" + variable.name; }
  std::string operator()(const SystemVariable& variable) const {
    static constexpr std::array<const char*, 3> scopes = {"@@", "@@global.", "@@session."};
    return scopes[static_cast<std::size_t>(variable.scope)] + variable.name;
  }
  std::string operator()(const Name& name) const { return "`" + name.text + "`"; }
  std::string operator()(const FunctionCall& call) const { return described(call.name, call.arguments); }
  std::string operator()(const Unary& unary) const {
    return described(unary.applied == Unary::Operator::negate ? "-" : "not", unary.operand);
  }
  std::string operator()(const Chain& chain) const {
    static constexpr std::array<const char*, 16> names = {
        "or", "xor", "and", "=", "<=>", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "div", "%"};
    std::string text = "(" + described(chain.operands[0]);
    for (std::size_t i = 0; i < chain.operators.size(); ++i) {
      text += std::string(" ") + names[static_cast<std::size_t>(chain.operators[i])] + " " +
              described(chain.operands[i + 1]);
    }
    return text + ")";
  }
  std::string operator()(const Predicate& predicate) const {
    static constexpr std::array<const char*, 6> names = {"in", "between", "like", "null?", "true?", "false?"};
    return described((predicate.negated ? "not-" : "") + std::string(names[static_cast<std::size_t>(predicate.kind)]),
                     predicate.operands);
  }
};

std::string described(const Expression& expression) {
  return std::visit(Describe{}, expression.node);
}

/// The structure of the only expression of SELECT, or the number of the error.
std::string parsed(std::string_view expression, const ParseRules& rules = {}) {
  const auto statement = parse_statement("SELECT " + std::string(expression), rules);
  if (!statement) return std::to_string(statement.error().code);
  return described(std::get<Select>(*statement).items.at(0).expression);
}

TEST(ExpressionParser, Precedence) {
  EXPECT_EQ(parsed("10-3-2"), "(10 - 3 - 2)");
  EXPECT_EQ(parsed("2+3*4"), "(2 + (3 * 4))");
  EXPECT_EQ(parsed("(2+3)*4"), "((2 + 3) * 4)");
  EXPECT_EQ(parsed("7 DIV 2 MOD 3 % 4 / 5"), "(7 div 2 % 3 % 4 / 5)");
  EXPECT_EQ(parsed("1=1=1"), "(1 = 1 = 1)");
  EXPECT_EQ(parsed("NOT a = 1"), "(not (`a` = 1))");
  EXPECT_EQ(parsed("! a = 1"), "((not `a`) = 1)");
  EXPECT_EQ(parsed("a OR b XOR c AND NOT d"), "(`a` or (`b` xor (`c` and (not `d`))))");
  EXPECT_EQ(parsed("a || b && c"), "(`a` or (`b` and `c`))");
  EXPECT_EQ(parsed("1 < 2 + 3 IS NULL"), "(null? (1 < (2 + 3)))");
  EXPECT_EQ(parsed("-2*-3"), "((- 2) * (- 3))");
  EXPECT_EQ(parsed("- -5"), "(- (- 5))");
  EXPECT_EQ(parsed("+ +5"), "5");
  EXPECT_EQ(parsed("+-!5"), "(- (not 5))");
}

TEST(ExpressionParser, Predicates) {
  EXPECT_EQ(parsed("a IN (1, 2) AND b NOT IN (3)"), "((in `a` 1 2) and (not-in `b` 3))");
  EXPECT_EQ(parsed("a BETWEEN 1 AND 2 AND b"), "((between `a` 1 2) and `b`)");
  EXPECT_EQ(parsed("a NOT BETWEEN 1 AND 2"), "(not-between `a` 1 2)");
  EXPECT_EQ(parsed("a LIKE 'x%' ESCAPE '|'"), "(like `a` x% |)");
  EXPECT_EQ(parsed("a NOT LIKE 'x'"), "(not-like `a` x)");
  EXPECT_EQ(parsed("a IS NOT NULL IS FALSE"), "(false? (not-null? `a`))");
  EXPECT_EQ(parsed("a = b IS NULL <> c IS NOT TRUE"), "(not-true? ((null? (`a` = `b`)) <> `c`))");
  EXPECT_EQ(parsed("a IS TRUE IS NULL"), "1064");
  EXPECT_EQ(parsed("a BETWEEN 1 AND b NOT IN (2)"), "(between `a` 1 (not-in `b` 2))");
  EXPECT_EQ(parsed("a IS UNKNOWN"), "(null? `a`)");
  EXPECT_EQ(parsed("a IS NOT TRUE"), "(not-true? `a`)");
  EXPECT_EQ(parsed("a IN ()"), "1064");
  EXPECT_EQ(parsed("a NOT 1"), "1064");
  EXPECT_EQ(parsed("a IS 1"), "1064");
}

TEST(ExpressionParser, Primaries) {
  EXPECT_EQ(parsed("'a' 'b'"), "ab");
  EXPECT_EQ(parsed("_utf8mb4'x'"), "x");
  EXPECT_EQ(parsed("_gbk'x'"), "1235");
  EXPECT_EQ(parsed("foo 'x' 'y'"), "1064");
  EXPECT_EQ(parsed("NULL"), "NULL");
  EXPECT_EQ(parsed("TRUE"), "1");
  EXPECT_EQ(parsed("false"), "0");
  EXPECT_EQ(parsed("@A"), "@a");
  EXPECT_EQ(parsed("@@GLOBAL.Server_ID"), "@@global.server_id");
  EXPECT_EQ(parsed("@@local.autocommit"), "@@session.autocommit");
  EXPECT_EQ(parsed("@@persist.x"), "@@global.x");
  EXPECT_EQ(parsed("@@`version`"), "@@version");
  EXPECT_EQ(parsed("@@hot.key_buffer_size"), "@@hot.key_buffer_size");
  EXPECT_EQ(parsed("a.b.c"), "`a.b.c`");
  EXPECT_EQ(parsed("`a b`"), "`a b`");
  EXPECT_EQ(parsed("a.b.c.d"), "1064");
  EXPECT_EQ(parsed("@a := 1"), "1235");
  EXPECT_EQ(parsed("(SELECT 1)"), "1235");
  EXPECT_EQ(parsed("EXISTS (SELECT 1)"), "1235");
  EXPECT_EQ(parsed("CASE 1 WHEN 1 THEN 2 END"), "1235");
  EXPECT_EQ(parsed("(1,2)"), "1064");
  EXPECT_EQ(parsed("1e999"), "1367");
}

TEST(ExpressionParser, Calls) {
  EXPECT_EQ(parsed("version ( )"), "(VERSION)");
  EXPECT_EQ(parsed("CONCAT('a', 1, NOW(3))"), "(CONCAT a 1 (NOW 3))");
  EXPECT_EQ(parsed("current_timestamp"), "(CURRENT_TIMESTAMP)");
  EXPECT_EQ(parsed("CURRENT_USER()"), "(CURRENT_USER)");
  EXPECT_EQ(parsed("IF(1,2,3)"), "(IF 1 2 3)");
  EXPECT_EQ(parsed("REPLACE('a','b','c')"), "(REPLACE a b c)");
  EXPECT_EQ(parsed("DATABASE()"), "(DATABASE)");
  EXPECT_EQ(parsed("f(,)"), "1064");
  EXPECT_EQ(parsed("f(1"), "1064");
  EXPECT_EQ(parsed("a.f()"), "1064");
}

TEST(ExpressionParser, PipesConcatenateInAnsiMode) {
  EXPECT_EQ(parsed("'a' || 'b' || 1 * 2", {.dialect = {.pipes_as_concat = true}}), "((CONCAT a b 1) * 2)");
}

TEST(ExpressionParser, ParametersOnlyWhilePreparing) {
  EXPECT_EQ(parsed("?"), "1064");
  EXPECT_EQ(parsed("? + f(?)", {.parameters = true}), "(? + (F ?))");
}

TEST(ExpressionParser, NestingHasALimit) {
  const auto nested = [](int depth, std::string_view open, std::string_view close) {
    std::string text;
    for (int i = 0; i < depth; ++i) {
      text += open;
    }
    text += "1";
    for (int i = 0; i < depth; ++i) {
      text += close;
    }
    return text;
  };
  EXPECT_EQ(parsed(nested(99, "(", ")")), "1");
  EXPECT_EQ(parsed(nested(100, "(", ")")), "1235");
  for (const std::string_view open : {"(", "-", "!", "NOT ", "f(", "a IN (", "+-"}) {
    EXPECT_EQ(parsed(nested(20000, open, open.ends_with('(') ? ")" : "")), "1235") << open;
  }
  EXPECT_EQ(parsed(nested(20000, "", " IS NULL")), "1235");
  EXPECT_EQ(parsed(nested(20000, "1 BETWEEN 1 AND ", "")), "1235");
}

TEST(ExpressionParser, ListsHaveALimit) {
  std::string sum = "1";
  for (int i = 0; i < 4096; ++i) {
    sum += "+1";
  }
  EXPECT_NE(parsed(sum), "1235");
  EXPECT_EQ(parsed(sum + "+1"), "1235");
  std::string call = "f(1";
  for (int i = 0; i < 4095; ++i) {
    call += ",1";
  }
  EXPECT_NE(parsed(call + ")"), "1235");
  EXPECT_EQ(parsed(call + ",1)"), "1235");
}

}  // namespace
}  // namespace sluice::sql
