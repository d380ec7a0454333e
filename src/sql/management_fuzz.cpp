#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "sql/management_parser.h"
#include "sql/secrets.h"

namespace {

constexpr std::string_view secret = "Qz7Secret7zQ";

/// `before` and `behind` with something between them that says a password.
std::string with_secret(std::string_view before, unsigned form, std::string_view behind) {
  static constexpr std::string_view openings[] = {" PASSWORD '", " PASSWORD ",    "PASSWORD = \"",  " IDENTIFIED BY '",
                                                  "_pwd='",      " PASSWORD (N'", "'mysql://user:", "mariadb://user:"};
  static constexpr std::string_view endings[] = {"'", " ", "\"", "'", "'", "')", "@host'", "@host"};
  std::string text(before);
  text += openings[form];
  text += secret;
  text += endings[form];
  text += behind;
  return text;
}

}  // namespace

/// Any bytes as a management statement: the parser neither crashes nor recurses without bound, its errors have a
/// number; and wherever a password stands in it, neither the masked text nor an error shows it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  if (size < 2) return 0;
  const std::uint8_t mode = data[0];
  const std::string_view text = as_text(ByteView(data, size).subspan(2));
  const sql::ParseRules rules{.dialect = {.ansi_quotes = (mode & 1U) != 0,
                                          .no_backslash_escapes = (mode & 2U) != 0,
                                          .pipes_as_concat = (mode & 4U) != 0}};
  const auto check = [&rules](std::string_view statement) {
    const auto parsed = sql::parse_management_statement(statement, rules);
    if (!parsed && (parsed.error().code == 0 || parsed.error().message.empty())) std::abort();
    return parsed ? std::string() : parsed.error().message;
  };
  check(text);
  (void)sql::mask_secrets(text, rules.dialect);
  if (text.find(secret) != std::string_view::npos) return 0;
  const std::size_t place = data[1] * text.size() / 255;
  const std::string secretive = with_secret(text.substr(0, place), (mode >> 3U) & 7U, text.substr(place));
  if (sql::mask_secrets(secretive, rules.dialect).find(secret) != std::string::npos) std::abort();
  if (check(secretive).find(secret) != std::string::npos) std::abort();
  return 0;
}
