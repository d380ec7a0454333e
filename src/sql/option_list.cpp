#include "sql/option_list.h"

#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/management_parts.h"

namespace sluice::sql {

Result<void> KeysSeen::add(std::string_view key, std::string_view written) {
  if (!keys_.emplace(key).second) return management_error(fmt::format("The option [{}] is given twice", written));
  if (keys_.size() > option_count_max) {
    return management_error(fmt::format("More than {} options are given", option_count_max));
  }
  return {};
}

Result<std::string> parse_option_key(TokenCursor& cursor) {
  const Token& token = cursor.peek();
  if ((token.kind != TokenKind::word && token.kind != TokenKind::quoted_name) || token.text.empty()) {
    return cursor.error_here();
  }
  if (token.text.size() > option_key_size_max) {
    return management_error(fmt::format("The name of an option is longer than {} bytes", option_key_size_max));
  }
  return to_lower(cursor.next().text);
}

Result<std::string> parse_option_value(TokenCursor& cursor) {
  std::string value;
  if ((cursor.at_symbol("-") || cursor.at_symbol("+")) && cursor.peek(1).kind == TokenKind::number) {
    if (cursor.next().text == "-") value.push_back('-');
  }
  switch (cursor.peek().kind) {
    case TokenKind::string:
    case TokenKind::number:
    case TokenKind::word:
    case TokenKind::quoted_name:
      value.append(cursor.next().text);
      return value;
    default:
      return cursor.error_here();
  }
}

Result<std::vector<ParameterChange>> parse_parameter_changes(TokenCursor& cursor, bool scope_words) {
  std::vector<ParameterChange> changes;
  KeysSeen seen;
  do {
    if (scope_words && !cursor.at_symbol("=", 1)) cursor.accept_word("GLOBAL");
    auto key = parse_option_key(cursor);
    if (!key) return std::unexpected(std::move(key.error()));
    if (auto added = seen.add(*key, *key); !added) return std::unexpected(std::move(added.error()));
    if (!cursor.accept_symbol("=") && !cursor.accept_symbol(":=")) return cursor.error_here();
    ParameterChange change{.key = std::move(*key), .value = {}};
    if (!cursor.accept_word("DEFAULT")) {
      auto value = parse_option_value(cursor);
      if (!value) return std::unexpected(std::move(value.error()));
      change.value = std::move(*value);
    }
    changes.push_back(std::move(change));
  } while (cursor.accept_symbol(","));
  return changes;
}

}  // namespace sluice::sql
