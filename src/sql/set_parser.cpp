#include "sql/set_parser.h"

#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::sql {
namespace {

class SetParser {
 public:
  SetParser(TokenCursor& cursor, const ExpressionRules& rules) : cursor_(cursor), rules_(rules) {}

  Result<Set> parse() {
    if (cursor_.at_one_of({"PASSWORD", "ROLE", "RESOURCE", "PERSIST_ONLY"}) || cursor_.at_word("ROLE", 1)) {
      return not_supported("SET " + to_upper(cursor_.peek().text));
    }
    Set set;
    do {
      if (set.assignments.size() >= list_length_max) return not_supported("a list of more than 4096 parts");
      auto assignment = parse_assignment();
      if (!assignment) return std::unexpected(std::move(assignment.error()));
      set.assignments.push_back(std::move(*assignment));
    } while (cursor_.accept_symbol(","));
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return set;
  }

 private:
  Result<Set::Assignment> parse_assignment() {
    if (cursor_.peek().kind == TokenKind::user_variable) return parse_user_variable();
    if (cursor_.accept_symbol("@@")) {
      auto target = parse_system_variable(cursor_);
      if (!target) return std::unexpected(std::move(target.error()));
      return parse_system_value(std::move(*target));
    }
    if (cursor_.accept_word("NAMES")) return parse_names();
    if (cursor_.accept_words({"CHARACTER", "SET"}) || cursor_.accept_word("CHARSET")) return parse_character_set();
    return parse_scoped();
  }

  Result<Set::Assignment> parse_scoped() {
    std::optional<Scope> scope;
    if (!cursor_.at_symbol("=", 1) && !cursor_.at_symbol(":=", 1)) scope = accept_scope();
    if (cursor_.at_word("TRANSACTION") && !cursor_.at_symbol("=", 1) && !cursor_.at_symbol(":=", 1)) {
      cursor_.next();
      return parse_transaction(scope.value_or(Scope::unspecified));
    }
    if (cursor_.at_symbol("@@")) return cursor_.error_here();
    auto target = parse_system_variable(cursor_);
    if (!target) return std::unexpected(std::move(target.error()));
    sticky_scope_ = scope.value_or(sticky_scope_);
    target->scope = sticky_scope_;
    return parse_system_value(std::move(*target));
  }

  std::optional<Scope> accept_scope() {
    if (cursor_.accept_word("GLOBAL") || cursor_.accept_word("PERSIST")) {
      return Scope::global;
    }
    if (cursor_.accept_word("SESSION") || cursor_.accept_word("LOCAL")) return Scope::session;
    return std::nullopt;
  }

  Result<void> expect_assignment_sign() {
    if (!cursor_.accept_symbol("=") && !cursor_.accept_symbol(":=")) return cursor_.error_here();
    return {};
  }

  Result<Set::Assignment> parse_user_variable() {
    std::string name = cursor_.next().text;
    if (auto sign = expect_assignment_sign(); !sign) return std::unexpected(std::move(sign.error()));
    auto value = parse_expression(cursor_, rules_);
    if (!value) return std::unexpected(std::move(value.error()));
    return SetUserVariable{.name = std::move(name), .value = std::move(*value)};
  }

  Result<Set::Assignment> parse_system_value(SystemVariable target) {
    if (auto sign = expect_assignment_sign(); !sign) return std::unexpected(std::move(sign.error()));
    SetSystemVariable assignment{.scope = target.scope, .name = std::move(target.name), .value = {}};
    const bool one_word =
        cursor_.at_symbol(",", 1) || cursor_.at_symbol(";", 1) || cursor_.peek(1).kind == TokenKind::end;
    if (one_word && cursor_.accept_word("DEFAULT")) return assignment;
    // Words that no expression may begin with are values here.
    if (one_word && cursor_.at_one_of({"ON", "ALL", "BINARY", "ROW", "SYSTEM"})) {
      assignment.value = Expression{Name{cursor_.next().text}};
      return assignment;
    }
    auto value = parse_expression(cursor_, rules_);
    if (!value) return std::unexpected(std::move(value.error()));
    assignment.value = std::move(*value);
    return assignment;
  }

  /// The name of a character set or collation, in lower case: a word or a string.
  Result<std::string> parse_charset_name() {
    if (cursor_.peek().kind == TokenKind::string) return to_lower(cursor_.next().text);
    auto name = cursor_.expect_name();
    if (!name) return name;
    return to_lower(*name);
  }

  Result<Set::Assignment> parse_names() {
    SetNames names;
    if (cursor_.accept_word("DEFAULT")) return names;
    auto character_set = parse_charset_name();
    if (!character_set) return std::unexpected(std::move(character_set.error()));
    names.character_set = std::move(*character_set);
    if (cursor_.accept_word("COLLATE")) {
      if (cursor_.at_word("DEFAULT")) return cursor_.error_here();
      auto collation = parse_charset_name();
      if (!collation) return std::unexpected(std::move(collation.error()));
      names.collation = std::move(*collation);
    }
    return names;
  }

  Result<Set::Assignment> parse_character_set() {
    if (cursor_.accept_word("DEFAULT")) {
      return SetCharacterSet{};
    }
    auto character_set = parse_charset_name();
    if (!character_set) return std::unexpected(std::move(character_set.error()));
    return SetCharacterSet{std::move(*character_set)};
  }

  Result<Set::Assignment> parse_transaction(Scope scope) {
    SetTransaction transaction{.scope = scope, .isolation = {}, .read_only = {}};
    do {
      if (!transaction.isolation && cursor_.accept_words({"ISOLATION", "LEVEL"})) {
        transaction.isolation = accept_isolation();
        if (!transaction.isolation) return cursor_.error_here();
      } else if (!transaction.read_only && cursor_.accept_words({"READ", "ONLY"})) {
        transaction.read_only = true;
      } else if (!transaction.read_only && cursor_.accept_words({"READ", "WRITE"})) {
        transaction.read_only = false;
      } else {
        return cursor_.error_here();
      }
    } while (cursor_.accept_symbol(","));
    return transaction;
  }

  std::optional<std::string> accept_isolation() {
    if (cursor_.accept_words({"READ", "UNCOMMITTED"})) return "READ-UNCOMMITTED";
    if (cursor_.accept_words({"READ", "COMMITTED"})) return "READ-COMMITTED";
    if (cursor_.accept_words({"REPEATABLE", "READ"})) return "REPEATABLE-READ";
    return cursor_.accept_word("SERIALIZABLE") ? std::optional<std::string>("SERIALIZABLE") : std::nullopt;
  }

  TokenCursor& cursor_;
  const ExpressionRules& rules_;
  Scope sticky_scope_ = Scope::unspecified;
};

}  // namespace

Result<Set> parse_set(TokenCursor& cursor, const ExpressionRules& rules) {
  return SetParser(cursor, rules).parse();
}

}  // namespace sluice::sql
