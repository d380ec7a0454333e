#include "sql/tokenizer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/string_literal.h"
#include "sql/syntax_error.h"

namespace sluice::sql {
namespace {

bool is_name_character(char character) {
  return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'z') || character == '_' ||
         character == '$' || static_cast<unsigned char>(character) >= 0x80;
}

bool is_hexadecimal(char character) {
  return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'f');
}

class Tokenizer {
 public:
  Tokenizer(std::string_view source, const Dialect& dialect) : source_(source), dialect_(dialect) {}

  Result<TokenizedStatement> run() {
    for (;;) {
      if (auto skipped = skip_space(); !skipped) return std::unexpected(std::move(skipped.error()));
      begin_ = at_;
      if (at_end()) break;
      if (result_.tokens.size() >= token_count_max) {
        return not_supported(fmt::format("a statement of more than {} words", token_count_max));
      }
      if (!read_token()) return syntax_error(source_, begin_);
    }
    if (executable_comment_) return syntax_error(source_, source_.size());
    add(TokenKind::end, {});
    result_.source = source_;
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= source_.size(); }
  [[nodiscard]] char look(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool at(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void add(TokenKind kind, std::string text) {
    result_.tokens.push_back(
        {kind, static_cast<std::uint32_t>(begin_), static_cast<std::uint32_t>(at_), std::move(text)});
  }

  void comment_until(std::size_t end) {
    result_.comments.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end)});
    at_ = end;
  }

  void skip_line() { comment_until(std::min(source_.find('\n', at_), source_.size())); }

  Result<void> skip_space() {
    while (!at_end()) {
      if (is_space(look())) {
        ++at_;
      } else if (look() == '#' || (at("--") && static_cast<unsigned char>(look(2)) <= ' ')) {
        skip_line();
      } else if (at("/*")) {
        if (auto skipped = skip_comment(); !skipped) return skipped;
      } else if (executable_comment_ && at("*/")) {
        executable_comment_ = false;
        comment_until(at_ + 2);
      } else {
        break;
      }
    }
    return {};
  }

  Result<void> skip_comment() {
    if (look(2) == '!' && !executable_comment_) {
      std::size_t mark = at_ + 3;
      std::uint32_t version = 0;
      while (mark < source_.size() && mark < at_ + 9 && is_digit(source_[mark])) {
        version = version * 10 + static_cast<std::uint32_t>(source_[mark] - '0');
        ++mark;
      }
      if (mark < at_ + 8) {  // fewer than five digits are content, not a version
        mark = at_ + 3;
        version = 0;
      }
      if (version <= dialect_.version) {
        executable_comment_ = true;
        comment_until(mark);
        return {};
      }
    }
    const std::size_t end = source_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return syntax_error(source_, at_);
    comment_until(end + 2);
    return {};
  }

  bool read_token() {
    const char first = look();
    switch (first) {
      case '\'':
        return read_string(TokenKind::string, '\'');
      case '"':
        return read_string(dialect_.ansi_quotes ? TokenKind::quoted_name : TokenKind::string, '"');
      case '`':
        return read_string(TokenKind::quoted_name, '`');
      case '@':
        return read_variable();
      case '?':
        ++at_;
        add(TokenKind::placeholder, "?");
        return true;
      default:
        break;
    }
    const char kind = to_lower(first);
    if (look(1) == '\'' && (kind == 'n' || kind == 'x' || kind == 'b')) {
      return kind == 'n' ? read_national_string() : read_bit_string(kind);
    }
    if (is_digit(first) || (first == '.' && is_digit(look(1)) && !behind_name())) return read_number();
    if (is_name_character(first)) {
      read_word();
      return true;
    }
    return read_symbol();
  }

  /// Whether a name ends right here, so that a point qualifies it.
  [[nodiscard]] bool behind_name() const {
    if (result_.tokens.empty() || result_.tokens.back().end != at_) return false;
    const TokenKind kind = result_.tokens.back().kind;
    return kind == TokenKind::word || kind == TokenKind::quoted_name;
  }

  void read_word() {
    while (is_name_character(look()) && !at_end()) {
      ++at_;
    }
    add(TokenKind::word, std::string(source_.substr(begin_, at_ - begin_)));
  }

  bool read_string(TokenKind kind, char quote) {
    const bool escapes = kind == TokenKind::string && !dialect_.no_backslash_escapes;
    auto literal = read_quoted(source_.substr(at_), quote, escapes);
    if (!literal) return false;
    at_ += literal->size;
    add(kind, std::move(literal->text));
    return true;
  }

  bool read_national_string() {
    ++at_;
    return read_string(TokenKind::string, '\'');
  }

  bool read_bit_string(char kind) {
    const std::size_t end = source_.find('\'', at_ + 2);
    if (end == std::string_view::npos) return false;
    const std::string_view digits = source_.substr(at_ + 2, end - at_ - 2);
    auto bytes = kind == 'x' ? bytes_of_hexadecimal(digits) : bytes_of_bits(digits);
    if (!bytes || (kind == 'x' && digits.size() % 2 != 0)) return false;
    at_ = end + 1;
    add(TokenKind::bytes, std::move(*bytes));
    return true;
  }

  /// @name, @'name', @`name`, or the @@ in front of a system variable.
  bool read_variable() {
    ++at_;
    if (look() == '@') {
      ++at_;
      add(TokenKind::symbol, "@@");
      return !is_space(look());
    }
    if (look() == '\'' || look() == '"' || look() == '`') {
      auto literal = read_quoted(source_.substr(at_), look(), look() != '`' && !dialect_.no_backslash_escapes);
      if (!literal) return false;
      at_ += literal->size;
      add(TokenKind::user_variable, to_lower(literal->text));
      return true;
    }
    const std::size_t name = at_;
    while ((is_name_character(look()) || look() == '.') && !at_end()) {
      ++at_;
    }
    add(TokenKind::user_variable, to_lower(source_.substr(name, at_ - name)));
    return at_ > name;
  }

  void skip_digits() {
    while (is_digit(look())) {
      ++at_;
    }
  }

  /// A number, or a name that begins with digits.
  bool read_number() {
    if (look() == '0' && (look(1) == 'x' || look(1) == 'b') && read_prefixed_number()) return true;
    skip_digits();
    const bool whole = look() != '.';
    if (!whole && at_ > begin_ && !result_.tokens.empty() && result_.tokens.back().text == "." &&
        result_.tokens.back().end == begin_) {
      read_word();  // database.1table
      return true;
    }
    if (!whole) {
      ++at_;
      skip_digits();
    }
    if (to_lower(look()) == 'e') {
      const std::size_t digits = look(1) == '+' || look(1) == '-' ? 2 : 1;
      if (is_digit(look(digits))) {
        at_ += digits;
        skip_digits();
        add(TokenKind::number, std::string(source_.substr(begin_, at_ - begin_)));
        return true;
      }
    }
    if (whole && is_name_character(look()) && !at_end()) {
      read_word();
      return true;
    }
    add(TokenKind::number, std::string(source_.substr(begin_, at_ - begin_)));
    return true;
  }

  /// 0x41 or 0b01; false, with nothing read, if it is a name.
  bool read_prefixed_number() {
    std::size_t end = at_ + 2;
    const bool hexadecimal = look(1) == 'x';
    while (end < source_.size() && (hexadecimal ? is_hexadecimal(source_[end]) : is_digit(source_[end]))) {
      ++end;
    }
    const std::string_view digits = source_.substr(at_ + 2, end - at_ - 2);
    if (digits.empty() || (end < source_.size() && is_name_character(source_[end]))) return false;
    auto bytes = hexadecimal ? bytes_of_hexadecimal(digits) : bytes_of_bits(digits);
    if (!bytes) return false;
    at_ = end;
    add(TokenKind::bytes, std::move(*bytes));
    return true;
  }

  bool read_symbol() {
    static constexpr std::array<std::string_view, 12> long_symbols = {"<=>", "->>", ":=", "<=", ">=", "<>",
                                                                      "!=",  "&&",  "||", "<<", ">>", "->"};
    static constexpr std::string_view short_symbols = "(),.;=<>!+-*/%&|^~{}:";
    for (const std::string_view symbol : long_symbols) {
      if (at(symbol)) {
        at_ += symbol.size();
        add(TokenKind::symbol, std::string(symbol));
        return true;
      }
    }
    if (short_symbols.find(look()) == std::string_view::npos || look() == '\0') return false;
    add_symbol();
    return true;
  }

  void add_symbol() {
    const char symbol = look();
    ++at_;
    add(TokenKind::symbol, std::string(1, symbol));
  }

  std::string_view source_;
  const Dialect& dialect_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  ///< of the token being read
  bool executable_comment_ = false;
  TokenizedStatement result_;
};

}  // namespace

std::string TokenizedStatement::text(std::uint32_t begin, std::uint32_t end) const {
  std::string result;
  std::uint32_t at = begin;
  auto comment = std::ranges::lower_bound(comments, begin, {}, &Range::begin);
  for (; comment != comments.end() && comment->begin < end; ++comment) {
    result += source.substr(at, comment->begin - at);
    at = comment->end;
  }
  result += source.substr(at, end - at);
  return result;
}

Result<TokenizedStatement> tokenize(std::string_view statement, const Dialect& dialect) {
  return Tokenizer(statement, dialect).run();
}

}  // namespace sluice::sql
