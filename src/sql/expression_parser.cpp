#include "sql/expression_parser.h"

#include "sql/ascii.h"
#include "sql/expression_reader.h"

namespace sluice::sql {

Result<Expression> parse_expression(TokenCursor& cursor, const ExpressionRules& rules) {
  return ExpressionReader(cursor, rules).read();
}

Result<SystemVariable> parse_system_variable(TokenCursor& cursor) {
  SystemVariable variable;
  if (cursor.at_symbol(".", 1)) {
    if (cursor.at_one_of({"GLOBAL", "PERSIST"})) {
      variable.scope = Scope::global;
    } else if (cursor.at_one_of({"SESSION", "LOCAL"})) {
      variable.scope = Scope::session;
    }
    if (variable.scope != Scope::unspecified) {
      cursor.next();
      cursor.next();
    }
  }
  auto name = cursor.expect_name();
  if (!name) return std::unexpected(std::move(name.error()));
  variable.name = to_lower(*name);
  if (cursor.accept_symbol(".")) {
    auto part = cursor.expect_name();
    if (!part) return std::unexpected(std::move(part.error()));
    variable.name += "." + to_lower(*part);
  }
  return variable;
}

}  // namespace sluice::sql
