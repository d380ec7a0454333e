#pragma once

#include <string_view>

#include "base/error.h"
#include "sql/tokenizer.h"

namespace sluice::sql {

/// Error 1064 "You have an error in your SQL syntax; ... near '...' at line n", of the byte where reading failed. What
/// it quotes of the statement holds no secret (secrets.h).
[[nodiscard]] std::unexpected<Error> syntax_error(const TokenizedStatement& statement, std::size_t at);

/// The same for a statement that could not be cut into tokens.
[[nodiscard]] std::unexpected<Error> syntax_error(std::string_view statement, std::size_t at);

}  // namespace sluice::sql
