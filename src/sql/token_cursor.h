#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/tokenizer.h"

namespace sluice::sql {

/// Goes over a statement's tokens from first to last. Keywords are given in upper case and match unquoted words in
/// either. The statement must outlive it. At the end it stays on the end token.
class TokenCursor {
 public:
  explicit TokenCursor(const TokenizedStatement& statement) : statement_(statement) {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool at_word(std::string_view keyword, std::size_t ahead = 0) const;
  [[nodiscard]] bool at_one_of(std::initializer_list<std::string_view> keywords, std::size_t ahead = 0) const;
  [[nodiscard]] bool at_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  [[nodiscard]] bool at_end() const { return peek().kind == TokenKind::end; }

  const Token& next();
  bool accept_word(std::string_view keyword);
  /// All of them, one behind the other, or none.
  bool accept_words(std::initializer_list<std::string_view> keywords);
  bool accept_symbol(std::string_view symbol);

  [[nodiscard]] Result<void> expect_word(std::string_view keyword);
  [[nodiscard]] Result<void> expect_symbol(std::string_view symbol);
  /// A quoted name or a word that is not reserved.
  [[nodiscard]] Result<std::string> expect_name();
  /// The end of the statement, or one ";" and then the end.
  [[nodiscard]] Result<void> expect_end();

  /// Error 1064 at the current token.
  [[nodiscard]] std::unexpected<Error> error_here() const;
  [[nodiscard]] const TokenizedStatement& statement() const { return statement_; }
  /// Offset behind the last token that was read.
  [[nodiscard]] std::uint32_t end_of_last() const;

 private:
  const TokenizedStatement& statement_;
  std::size_t index_ = 0;
};

/// Whether an unquoted word cannot be a name or alias because it is part of the grammar we read.
[[nodiscard]] bool is_reserved(std::string_view word);

}  // namespace sluice::sql
