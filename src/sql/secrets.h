#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/tokenizer.h"

namespace sluice::sql {

/// What stands in the place of a secret, whatever its length.
inline constexpr std::string_view secret_mask = "******";

/// The parts of a statement that are or may be secret, in order and apart from each other: what stands behind words
/// with "passw" or "pwd" in them (PASSWORD, cluster_password = ...) and behind IDENTIFIED [WITH plugin] {BY | AS}, and
/// the password of user:password@host in an address. Where such a word stands in a string or a comment, or an address
/// outside of a string, everything behind it is. Hides too much rather than too little.
[[nodiscard]] std::vector<TokenizedStatement::Range> find_secrets(const TokenizedStatement& statement);

/// Offset behind the first word or "://" that announces a secret, wherever it stands; npos if there is none. For text
/// that cannot be cut into tokens.
[[nodiscard]] std::size_t secret_announced(std::string_view text);

/// `text` from `at` on, with secret_mask instead of each of `secrets`.
[[nodiscard]] std::string without_secrets(std::string_view text, std::size_t at,
                                          const std::vector<TokenizedStatement::Range>& secrets);

/// A statement for logs, process lists and history. Any bytes: what is no SQL loses everything behind the first word
/// that announces a secret.
[[nodiscard]] std::string mask_secrets(std::string_view text, const Dialect& dialect);

}  // namespace sluice::sql
