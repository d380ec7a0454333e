#include "sql/secrets.h"

#include <algorithm>
#include <array>

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

using Range = TokenizedStatement::Range;

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view address_mark = "://";
constexpr std::array<std::string_view, 3> announcements = {"passw", "pwd", "identified"};

struct Found {
  std::size_t begin = npos;
  std::size_t end = npos;
};

/// The first announcement in `text`, which is in lower case.
Found first_of(std::string_view text, bool addresses) {
  Found first;
  const auto look_for = [&](std::string_view what) {
    const std::size_t at = text.substr(0, first.begin).find(what);
    if (at < first.begin) first = {.begin = at, .end = at + what.size()};
  };
  std::ranges::for_each(announcements, look_for);
  if (addresses) look_for(address_mark);
  return first;
}

bool announces(std::string_view text) {
  return first_of(to_lower(text), false).begin != npos;
}

/// Whether a name is one: no statement hides between its quotes.
bool is_plain_name(std::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'z') ||
           std::string_view("_$.-").find(character) != npos || static_cast<unsigned char>(character) >= 0x80;
  });
}

bool is_announcing_name(std::string_view text) {
  const std::string lower = to_lower(text);
  return lower == "identified" || lower.find("passw") != npos || lower.find("pwd") != npos;
}

/// What of an address is secret: a password before "@", or without "@" a port that is no number and so might be one.
/// `text` is without the scheme; nothing if there is no secret.
Found secret_of_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at != npos) {
    const std::size_t colon = text.substr(0, at).find(':');
    return {.begin = colon == npos ? 0 : colon + 1, .end = at};
  }
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size() && text[i] != '/'; ++i) {
    if (text[i] == '[' || text[i] == ']') in_brackets = text[i] == '[';
    if (text[i] != ':' || in_brackets) continue;
    const std::size_t end = std::min(text.find_first_of(",/?#'\"`", i), text.size());
    if (!std::ranges::all_of(text.substr(i + 1, end - i - 1), is_digit)) return {.begin = i + 1, .end = text.size()};
  }
  return {};
}

class SecretFinder {
 public:
  explicit SecretFinder(const TokenizedStatement& statement) : statement_(statement), hidden_(statement.source.size()) {
    hide_behind_comments();
    hide_behind_bare_addresses();
    hide_behind_last_token();
  }

  std::vector<Range> find() {
    std::size_t i = 0;
    while (i < statement_.tokens.size() && token(i).kind != TokenKind::end && token(i).begin < hidden_) {
      i = look_at(i);
    }
    std::erase_if(secrets_, [this](const Range& secret) { return secret.begin >= hidden_; });
    if (hidden_ < statement_.source.size()) add(hidden_, statement_.source.size());
    return std::move(secrets_);
  }

 private:
  [[nodiscard]] const Token& token(std::size_t i) const {
    return statement_.tokens[std::min(i, statement_.tokens.size() - 1)];
  }
  [[nodiscard]] bool is_word(std::size_t i, std::string_view word) const {
    return token(i).kind == TokenKind::word && equals_ignoring_case(token(i).text, word);
  }
  [[nodiscard]] bool is_symbol(std::size_t i, std::string_view symbol) const {
    return token(i).kind == TokenKind::symbol && token(i).text == symbol;
  }
  [[nodiscard]] bool is_assignment(std::size_t i) const { return is_symbol(i, "=") || is_symbol(i, ":="); }
  [[nodiscard]] std::string_view source_of(std::size_t i) const {
    return statement_.source.substr(token(i).begin, token(i).end - token(i).begin);
  }

  void add(std::size_t begin, std::size_t end) {
    if (!secrets_.empty() && begin <= secrets_.back().end) {
      secrets_.back().end = std::max(secrets_.back().end, static_cast<std::uint32_t>(end));
      return;
    }
    secrets_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }

  void hide_from(std::size_t at) { hidden_ = std::min(hidden_, at); }

  void hide_behind_comments() {
    for (const Range& comment : statement_.comments) {
      const std::string text = to_lower(statement_.source.substr(comment.begin, comment.end - comment.begin));
      const Found found = first_of(text, true);
      if (found.begin == npos) continue;
      const bool harmless =
          text.substr(found.begin).starts_with(address_mark) && !announces(text) && text.find('@', found.end) == npos;
      if (!harmless) return hide_from(comment.begin + found.end);
    }
  }

  void hide_behind_bare_addresses() {
    std::size_t at = 0;
    while ((at = statement_.source.find(address_mark, at)) != npos) {
      const auto behind = std::ranges::upper_bound(statement_.tokens, at, {}, &Token::begin);
      const bool inside = behind != statement_.tokens.begin() && std::prev(behind)->end > at &&
                          std::prev(behind)->kind != TokenKind::symbol;
      const auto comment = std::ranges::upper_bound(statement_.comments, at, {}, &Range::begin);
      const bool in_comment = comment != statement_.comments.begin() && std::prev(comment)->end > at;
      at += address_mark.size();
      if (!inside && !in_comment) return hide_from(at);
    }
  }

  /// Of a statement whose end was cut off the source still has it, without tokens to tell what is what there.
  void hide_behind_last_token() {
    const std::size_t end = statement_.tokens.back().begin;
    if (first_of(to_lower(statement_.source.substr(end)), true).begin != npos) hide_from(end);
  }

  /// Whether something may stand within token `i`: between quotes, and more than a name.
  [[nodiscard]] bool holds_text(std::size_t i) const {
    const TokenKind kind = token(i).kind;
    if (kind == TokenKind::string || kind == TokenKind::bytes) return true;
    return (kind == TokenKind::quoted_name || kind == TokenKind::user_variable) && !is_plain_name(token(i).text);
  }

  /// Marks what token `i` is or announces; the token to go on with.
  std::size_t look_at(std::size_t i) {
    if (holds_text(i)) {
      look_into(i);
      return i + 1;
    }
    const TokenKind kind = token(i).kind;
    const bool name = kind == TokenKind::word || kind == TokenKind::quoted_name || kind == TokenKind::user_variable;
    return name && is_announcing_name(token(i).text) ? mark_behind(i) : i + 1;
  }

  /// A statement within a string, or an address.
  void look_into(std::size_t i) {
    if (announces(token(i).text) || announces(source_of(i))) return hide_from(token(i).begin);
    if (token(i).text.find(address_mark) == npos) return;
    const std::size_t scheme_end = source_of(i).find(address_mark);
    const bool goes_on = token(i + 1).kind == TokenKind::string;
    if (scheme_end == npos || goes_on) return hide_from(token(i).begin);
    const std::size_t address = scheme_end + address_mark.size();
    const Found secret = secret_of_address(source_of(i).substr(address));
    if (secret.begin != npos) add(token(i).begin + address + secret.begin, token(i).begin + address + secret.end);
  }

  /// Where the secret begins that token `i` announces: behind FOR account =, WITH plugin BY, =, PASSWORD( and the like.
  std::size_t begin_of_secret(std::size_t i) {
    ++i;
    if (is_word(i, "FOR")) {
      const std::size_t sign = token(i + 2).kind == TokenKind::user_variable ? i + 3 : i + 2;
      if (is_assignment(sign)) i = sign;
    } else if (is_word(i, "WITH") && (is_word(i + 2, "BY") || is_word(i + 2, "AS"))) {
      i += 2;
    }
    while (is_assignment(i) || is_symbol(i, "(") || is_word(i, "BY") || is_word(i, "AS") ||
           ((is_word(i, "PASSWORD") || is_word(i, "OLD_PASSWORD")) && is_symbol(i + 1, "("))) {
      ++i;
    }
    return i;
  }

  /// Whether a part of the statement begins with token `i` that cannot be the secret any more.
  [[nodiscard]] bool ends_secret(std::size_t i, bool assigned) const {
    if (token(i).kind == TokenKind::end || (is_symbol(i, ";") && token(i + 1).kind == TokenKind::end)) return true;
    if (is_word(i, "FROM") || (is_word(i, "WITH") && is_word(i + 1, "CLUSTER"))) return true;
    if (is_word(i, "FOR")) return is_word(i + 1, "INSTANCE") || is_word(i + 1, "TENANT") || is_word(i + 1, "CLUSTER");
    if (!is_symbol(i, ",")) return false;
    const std::size_t behind_account = token(i + 2).kind == TokenKind::user_variable ? i + 3 : i + 2;
    if (is_word(behind_account, "IDENTIFIED")) return true;
    if (!assigned) return false;
    const TokenKind kind = token(i + 1).kind;
    const bool name = kind == TokenKind::word || kind == TokenKind::quoted_name || kind == TokenKind::user_variable;
    return (name && is_assignment(i + 2)) || (is_word(i + 1, "CLUSTER") && is_word(i + 2, "URL")) ||
           (is_word(i + 1, "SERVER") && is_word(i + 2, "UUID")) ||
           (is_word(i + 1, "REPLICATE") && is_word(i + 2, "NUM"));
  }

  std::size_t mark_behind(std::size_t announcement) {
    const std::size_t begin = begin_of_secret(announcement);
    const bool assigned = begin > announcement + 1 && is_assignment(announcement + 1);
    for (std::size_t i = announcement + 1; i < begin; ++i) {  // FOR 'account'
      if (holds_text(i)) look_into(i);
    }
    std::size_t end = begin;
    while (!ends_secret(end, assigned)) {
      ++end;
    }
    std::size_t last = end;  // closing parentheses may be seen
    while (last > begin && is_symbol(last - 1, ")")) {
      --last;
    }
    if (last > begin) add(token(begin).begin, token(last - 1).end);
    return end;
  }

  const TokenizedStatement& statement_;
  std::size_t hidden_;  ///< all from here on
  std::vector<Range> secrets_;
};

}  // namespace

std::vector<Range> find_secrets(const TokenizedStatement& statement) {
  return SecretFinder(statement).find();
}

std::size_t secret_announced(std::string_view text) {
  return first_of(to_lower(text), true).end;
}

std::string without_secrets(std::string_view text, std::size_t at, const std::vector<Range>& secrets) {
  std::string result;
  for (const Range& secret : secrets) {
    if (secret.end <= at) continue;
    if (secret.begin > at) result += text.substr(at, secret.begin - at);
    result += secret_mask;
    at = secret.end;
  }
  result += text.substr(std::min(at, text.size()));
  return result;
}

std::string mask_secrets(std::string_view text, const Dialect& dialect) {
  if (const auto tokens = tokenize(text, dialect)) return without_secrets(text, 0, find_secrets(*tokens));
  const std::size_t announced = secret_announced(text);
  if (announced == npos) return std::string(text);
  return std::string(text.substr(0, announced)) + std::string(secret_mask);
}

}  // namespace sluice::sql
