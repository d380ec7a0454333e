#include "sql/syntax_error.h"

#include <algorithm>

#include <fmt/format.h>

#include "sql/error_code.h"
#include "sql/secrets.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

std::unexpected<Error> syntax_error_near(std::string_view rest, std::string_view before) {
  constexpr std::size_t quoted_size_max = 80;  // MySQL's
  return fail(
      ErrorKind::invalid,
      fmt::format("You have an error in your SQL syntax; check the manual that corresponds to your MySQL server "
                  "version for the right syntax to use near '{}' at line {}",
                  utf8_start(rest, quoted_size_max), std::ranges::count(before, '\n') + 1),
      error_code::parse);
}

}  // namespace

std::unexpected<Error> syntax_error(const TokenizedStatement& statement, std::size_t at) {
  at = std::min(at, statement.source.size());
  const std::string rest = without_secrets(statement.source, at, find_secrets(statement));
  return syntax_error_near(rest, statement.source.substr(0, at));
}

std::unexpected<Error> syntax_error(std::string_view statement, std::size_t at) {
  at = std::min(at, statement.size());
  std::string rest(statement.substr(at));
  if (const std::size_t announced = secret_announced(statement); announced != std::string_view::npos) {
    rest = std::string(statement.substr(at, announced < at ? 0 : announced - at)) + std::string(secret_mask);
  }
  return syntax_error_near(rest, statement.substr(0, at));
}

}  // namespace sluice::sql
