#include "mysql/statement_quoting.h"

#include <algorithm>

namespace sluice::mysql {
namespace {

/// Takes the digits at the front of `text` away; false if there are none.
bool skip_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count > 0;
}

void skip_sign(std::string_view& text) {
  if (text.starts_with('-') || text.starts_with('+')) {
    text.remove_prefix(1);
  }
}

/// "-12.5e+30" and its parts. Anything looser could be more than one token of SQL.
bool looks_like_number(std::string_view text) {
  skip_sign(text);
  if (!skip_digits(text)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!skip_digits(text)) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    skip_sign(text);
    if (!skip_digits(text)) {
      return false;
    }
  }
  return text.empty();
}

}  // namespace

std::string quote_text(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 2);
  quoted += '\'';
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      quoted += c;
    }
    quoted += c;
  }
  quoted += '\'';
  return quoted;
}

std::string quote_identifier(std::string_view name) {
  std::string quoted;
  quoted.reserve(name.size() + 2);
  quoted += '`';
  for (const char c : name) {
    if (c == '\0') {
      continue;
    }
    if (c == '`') {
      quoted += c;
    }
    quoted += c;
  }
  quoted += '`';
  return quoted;
}

std::string literal(const Value& value, const ParameterType& type) {
  if (!value) {
    return "NULL";
  }
  return is_number(type) && looks_like_number(*value) ? *value : quote_text(*value);
}

}  // namespace sluice::mysql
