#include "sql/account_parser.h"

#include <algorithm>

#include <fmt/format.h>

#include "sql/error_code.h"
#include "sql/expression_parser.h"
#include "sql/management_parts.h"

namespace sluice::sql {
namespace {

using Parsed = Result<std::optional<ManagementStatement>>;

/// name, 'name', name@'%'
Result<std::string> parse_account(TokenCursor& cursor) {
  auto user = parse_name_or_string(cursor, "The account's name", account_name_size_max);
  if (!user) return user;
  if (user->empty()) return management_error("The account's name cannot be empty");
  if (auto checked = check_name("The account's name", *user, account_name_size_max); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (cursor.peek().kind == TokenKind::user_variable && cursor.next().text != "%") {
    return not_supported("an account for one host");
  }
  return user;
}

Result<std::string> parse_password(TokenCursor& cursor) {
  if (cursor.peek().kind != TokenKind::string) return cursor.error_here();
  return parse_name_or_string(cursor, "The password", account_password_size_max);
}

/// IDENTIFIED [WITH method] BY 'password'
template <typename User>
Result<void> parse_identified(TokenCursor& cursor, User& user) {
  if (auto word = cursor.expect_word("IDENTIFIED"); !word) return word;
  if (cursor.accept_word("WITH")) {
    auto method = parse_name_or_string(cursor, "The authentication method's name", account_name_size_max);
    if (!method) return std::unexpected(std::move(method.error()));
    if (*method == "mysql_native_password") {
      user.method = LoginMethod::mysql_native_password;
    } else if (*method == "caching_sha2_password") {
      user.method = LoginMethod::caching_sha2_password;
    } else {
      return management_error("The authentication method is neither mysql_native_password nor caching_sha2_password");
    }
  }
  if (cursor.at_word("AS")) return not_supported("IDENTIFIED WITH ... AS");
  if (auto word = cursor.expect_word("BY"); !word) return word;
  auto password = parse_password(cursor);
  if (!password) return std::unexpected(std::move(password.error()));
  user.password = std::move(*password);
  return {};
}

template <typename User>
Parsed parse_one_user(TokenCursor& cursor, User user) {
  auto name = parse_account(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  user.user = std::move(*name);
  if (auto identified = parse_identified(cursor, user); !identified) {
    return std::unexpected(std::move(identified.error()));
  }
  if (cursor.at_symbol(",")) return not_supported("CREATE or ALTER USER of several");
  return user;
}

Parsed parse_drop(TokenCursor& cursor) {
  DropUsers drop{.if_exists = accept_if_exists(cursor), .users = {}};
  do {
    if (drop.users.size() >= list_length_max) return not_supported("a list of more than 4096 parts");
    auto name = parse_account(cursor);
    if (!name) return std::unexpected(std::move(name.error()));
    if (std::ranges::find(drop.users, *name) != drop.users.end()) {
      return management_error(fmt::format("The account '{}' is given twice", *name));
    }
    drop.users.push_back(std::move(*name));
  } while (cursor.accept_symbol(","));
  return drop;
}

/// [FOR account] = {'password' | PASSWORD('password')}
Parsed parse_set_password(TokenCursor& cursor) {
  SetPassword set;
  if (cursor.accept_word("FOR")) {
    auto name = parse_account(cursor);
    if (!name) return std::unexpected(std::move(name.error()));
    set.user = std::move(*name);
  }
  if (!cursor.accept_symbol("=") && !cursor.accept_symbol(":=")) return cursor.error_here();
  const bool call = cursor.at_word("PASSWORD") && cursor.at_symbol("(", 1);
  if (call) {
    cursor.next();
    cursor.next();
  }
  auto password = parse_password(cursor);
  if (!password) return std::unexpected(std::move(password.error()));
  set.password = std::move(*password);
  if (call) {
    if (auto close = cursor.expect_symbol(")"); !close) return std::unexpected(std::move(close.error()));
  }
  return set;
}

/// ALL [PRIVILEGES] ON *.* {TO | FROM} account
Parsed parse_rights(TokenCursor& cursor, bool grant) {
  if (!cursor.accept_word("ALL")) return not_supported("a right other than ALL");
  cursor.accept_word("PRIVILEGES");
  if (auto on = cursor.expect_word("ON"); !on) return std::unexpected(std::move(on.error()));
  const bool everything = cursor.accept_symbol("*") && cursor.accept_symbol(".") && cursor.accept_symbol("*");
  if (!everything) return not_supported("a right on anything but *.*");
  if (auto to = cursor.expect_word(grant ? "TO" : "FROM"); !to) return std::unexpected(std::move(to.error()));
  auto name = parse_account(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  return ChangeAdministrator{.grant = grant, .user = std::move(*name)};
}

Parsed parse_without_end(TokenCursor& cursor) {
  if (cursor.accept_words({"CREATE", "USER"})) {
    const bool if_not_exists = accept_if_not_exists(cursor);
    return parse_one_user(cursor, CreateUser{.if_not_exists = if_not_exists, .user = {}, .password = {}});
  }
  if (cursor.accept_words({"ALTER", "USER"})) {
    const bool if_exists = accept_if_exists(cursor);
    return parse_one_user(cursor, AlterUser{.if_exists = if_exists, .user = {}, .password = {}});
  }
  if (cursor.accept_words({"DROP", "USER"})) return parse_drop(cursor);
  if (cursor.accept_words({"SET", "PASSWORD"})) return parse_set_password(cursor);
  if (cursor.accept_word("GRANT")) return parse_rights(cursor, true);
  if (cursor.accept_word("REVOKE")) return parse_rights(cursor, false);
  if (cursor.accept_words({"SHOW", "USERS"}) || cursor.accept_words({"SHOW", "ACCOUNTS"})) {
    return ShowUsers{};
  }
  return std::nullopt;
}

}  // namespace

Parsed parse_account_statement(TokenCursor& cursor) {
  auto statement = parse_without_end(cursor);
  if (!statement || !*statement) return statement;
  if (auto end = cursor.expect_end(); !end) return std::unexpected(std::move(end.error()));
  return statement;
}

}  // namespace sluice::sql
