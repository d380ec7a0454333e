#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sql/dialect.h"
#include "sql/token.h"

namespace sluice::sql {

/// A statement cut into tokens, the last of them TokenKind::end. Refers to the statement's text, which must outlive it.
struct TokenizedStatement {
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  std::string_view source;
  std::vector<Token> tokens;
  /// Comments and the marks of executable ones, in order.
  std::vector<Range> comments;

  /// The bytes from `begin` to `end` without comments: what MySQL names a column of this expression.
  [[nodiscard]] std::string text(std::uint32_t begin, std::uint32_t end) const;
};

/// More tokens than this are refused; the statements clients send have some hundred at the most.
inline constexpr std::size_t token_count_max = 65536;

/// Cuts a statement of at most 4 GiB into tokens as MySQL does (manual: "Language Structure"). Any bytes: those above
/// 0x7F count as letters. The content of /*! ... */ counts as long as the version in it, if any, is not above the
/// dialect's; all other comments are skipped. Error 1064 for a string, name or comment without end and for bytes that
/// begin no token.
[[nodiscard]] Result<TokenizedStatement> tokenize(std::string_view statement, const Dialect& dialect);

}  // namespace sluice::sql
