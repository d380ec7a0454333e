#include "sql/prepared_text.h"

#include <cmath>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/hex.h"
#include "sql/error_code.h"
#include "sql/string_literal.h"
#include "sql/tokenizer.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

constexpr std::size_t parameter_count_max = 65535;

/// With an exponent, so that it is read as a floating point number again and not as a decimal one.
std::string double_literal(double number) {
  if (!std::isfinite(number)) return "NULL";
  std::string text = fmt::format("{}", number);
  return text.contains('e') ? text : text + "e0";
}

}  // namespace

std::string literal_text(const Value& value, const Dialect& dialect) {
  if (const auto* number = std::get_if<double>(&value)) return double_literal(*number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return is_utf8(*text) ? quote_string(*text, dialect.no_backslash_escapes) : "x'" + to_hex(as_bytes(*text)) + "'";
  }
  return text_of(value).value_or("NULL");
}

Result<PreparedText> PreparedText::make(std::string text, const Dialect& dialect) {
  auto tokens = tokenize(text, dialect);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  std::vector<std::uint32_t> places;
  for (const Token& token : tokens->tokens) {
    if (token.kind == TokenKind::placeholder) places.push_back(token.begin);
  }
  if (places.size() > parameter_count_max) {
    return fail(ErrorKind::limit, "Prepared statement contains too many placeholders",
                error_code::too_many_placeholders);
  }
  return PreparedText(std::move(text), std::move(places));
}

std::string PreparedText::with_values(std::span<const Value> values, const Dialect& dialect) const {
  SLUICE_ASSERT(values.size() == places_.size());
  std::string result;
  std::size_t from = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.append(text_, from, places_[i] - from);
    // Spaces keep the literal apart from what stands next to it, as in "1-?".
    result += ' ';
    result += literal_text(values[i], dialect);
    result += ' ';
    from = places_[i] + 1;
  }
  result.append(text_, from);
  return result;
}

}  // namespace sluice::sql
