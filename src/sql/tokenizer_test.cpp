#include "sql/tokenizer.h"

#include <gtest/gtest.h>

#include "sql/string_literal.h"

namespace sluice::sql {
namespace {

/// The tokens as "kind:text", where the kind is its first letter.
std::string tokens(std::string_view statement, const Dialect& dialect = {}) {
  const auto result = tokenize(statement, dialect);
  if (!result) return result.error().message.substr(result.error().message.find("near"));
  static constexpr std::string_view letters = "wqsbnus?";
  std::string text;
  for (const Token& token : result->tokens) {
    if (token.kind == TokenKind::end) break;
    text += text.empty() ? "" : " ";
    if (token.kind == TokenKind::symbol) {
      text += token.text;
    } else {
      text += letters[static_cast<std::size_t>(token.kind)];
      text += ":" + token.text;
    }
  }
  return text;
}

TEST(Tokenizer, WordsAndSymbols) {
  EXPECT_EQ(tokens("SELECT a.b,`c d`;"), "w:SELECT w:a . w:b , q:c d ;");
  EXPECT_EQ(tokens("a<=>b<>c!=d>=e<=f:=g||h&&i"), "w:a <=> w:b <> w:c != w:d >= w:e <= w:f := w:g || w:h && w:i");
  EXPECT_EQ(tokens("caf\xC3\xA9"), "w:caf\xC3\xA9");
  EXPECT_EQ(tokens("$$"), "w:$$");
  EXPECT_EQ(tokens("1abc x.1 y.2z"), "w:1abc w:x . n:1 w:y . w:2z");
}

TEST(Tokenizer, Numbers) {
  EXPECT_EQ(tokens("1 1.5 .5 5. 1e3 1E-3 1.5e+3"), "n:1 n:1.5 n:.5 n:5. n:1e3 n:1E-3 n:1.5e+3");
  EXPECT_EQ(tokens("0x4142 x'4142' X'41' 0b01000001 b'1'"), "b:AB b:AB b:A b:A b:\x01");
  EXPECT_EQ(tokens("0xZZ 0x 0b2"), "w:0xZZ w:0x w:0b2");
  EXPECT_EQ(tokens("x'414'"), "near 'x'414'' at line 1");
  EXPECT_EQ(tokens("5-3"), "n:5 - n:3");
}

TEST(Tokenizer, Strings) {
  EXPECT_EQ(tokens("'a''b' \"c\"\"d\" 'e\"f'"), "s:a'b s:c\"d s:e\"f");
  EXPECT_EQ(tokens(R"('a\'b\nc\%\_\q\\')"), "s:a'b\nc\\%\\_q\\");
  EXPECT_EQ(tokens("N'x' n'y'"), "s:x s:y");
  EXPECT_EQ(tokens("''"), "s:");
  EXPECT_EQ(tokens("'abc"), "near ''abc' at line 1");
  EXPECT_EQ(tokens("'abc\\'"), "near ''abc\\'' at line 1");
  EXPECT_EQ(tokens("'abc\\"), "near ''abc\\' at line 1");
}

TEST(Tokenizer, SqlModeChangesQuotes) {
  EXPECT_EQ(tokens("\"a\"", {.ansi_quotes = true}), "q:a");
  EXPECT_EQ(tokens(R"('a\' 'b')", {.no_backslash_escapes = true}), "s:a\\ s:b");
}

TEST(Tokenizer, Variables) {
  EXPECT_EQ(tokens("@a @A.b$c @`x y` @'q' @@version @@global.x"),
            "u:a u:a.b$c u:x y u:q @@ w:version @@ w:global . w:x");
  EXPECT_EQ(tokens("@@ version"), "near '@@ version' at line 1");
  EXPECT_EQ(tokens("@"), "near '@' at line 1");
}

TEST(Tokenizer, Comments) {
  EXPECT_EQ(tokens("1 -- x\n2"), "n:1 n:2");
  EXPECT_EQ(tokens("1 --x"), "n:1 - - w:x");
  EXPECT_EQ(tokens("1 --"), "n:1");
  EXPECT_EQ(tokens("1 # x\n2 # y"), "n:1 n:2");
  EXPECT_EQ(tokens("/* a 'b */1/**/2"), "n:1 n:2");
  EXPECT_EQ(tokens("1 /* x"), "near '/* x' at line 1");
}

TEST(Tokenizer, ExecutableComments) {
  EXPECT_EQ(tokens("/*! 1 */ 2"), "n:1 n:2");
  EXPECT_EQ(tokens("/*!50700 1 */ /*!50701 2 */ 3", {.version = 50700}), "n:1 n:3");
  EXPECT_EQ(tokens("/*!080000 1 */2", {.version = 50700}), "n:2");
  EXPECT_EQ(tokens("/*!1+*/1"), "n:1 + n:1");
  EXPECT_EQ(tokens("/*! 1 /* inner */ 2 */ 3"), "n:1 n:2 n:3");
  EXPECT_EQ(tokens("/*! 1"), "near '' at line 1");
  EXPECT_EQ(tokens("/*M! 1 */ 2"), "n:2");
  EXPECT_EQ(tokens("*/"), "* /");
}

TEST(Tokenizer, BytesThatAreNoSql) {
  EXPECT_EQ(tokens(std::string_view("1 \0 2", 5)), std::string("near '\0 2' at line 1", 20));
  EXPECT_EQ(tokens("1\n\n\x01"), "near '\x01' at line 3");
}

TEST(Tokenizer, ErrorsQuoteEightyBytesAndWholeCharacters) {
  std::string statement = "'";
  for (int i = 0; i < 100; ++i) {
    statement += "\xC3\xA9";
  }
  const std::string message = tokenize(statement, {}).error().message;
  EXPECT_TRUE(message.ends_with("\xC3\xA9' at line 1")) << message;
}

TEST(Tokenizer, TextWithoutComments) {
  const auto statement = tokenize("1 /* d */ + /* e */ 1 # f", {});
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->text(0, 21), "1  +  1");
}

TEST(Tokenizer, TooManyTokens) {
  EXPECT_EQ(tokenize(std::string(token_count_max + 1, ','), {}).error().code, 1235);
}

TEST(StringLiteral, QuotedTextReadsBack) {
  const std::string text("a'b\\c\0\n\"`\xFF", 10);
  for (const bool plain : {false, true}) {
    const std::string quoted = quote_string(text, plain);
    const auto back = read_quoted(quoted, '\'', !plain);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->text, text);
    EXPECT_EQ(back->size, quoted.size());
  }
  EXPECT_EQ(quote_name("a`b"), "`a``b`");
}

}  // namespace
}  // namespace sluice::sql
