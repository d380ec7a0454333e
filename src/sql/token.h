#pragma once

#include <cstdint>
#include <string>

namespace sluice::sql {

enum class TokenKind : std::uint8_t {
  word,           ///< keyword or unquoted name, as written
  quoted_name,    ///< `name`, or "name" where sql_mode has ANSI_QUOTES; without quotes
  string,         ///< 'text', "text", N'text'; what it stands for
  bytes,          ///< x'4142', 0x4142, b'0101'; what it stands for
  number,         ///< digits without sign, as written
  user_variable,  ///< @name, @'name'; the name in lower case
  symbol,         ///< one operator or punctuation character, or one of := <= >= <> != <=> && || << >> -> ->> @@
  placeholder,    ///< ?
  end,            ///< behind the last token
};

/// One lexical unit of a statement.
struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;  ///< of its bytes in the statement
  std::uint32_t end = 0;
  std::string text;
};

}  // namespace sluice::sql
