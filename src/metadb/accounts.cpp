#include "metadb/accounts.h"

#include <fmt/format.h>

namespace sluice::metadb {
namespace {

Parameters bound(const Account& account) {
  return {{"name", account.name},
          {"native_hash", account.native_hash},
          {"password_hash", account.password_hash},
          {"tag", account.tag}};
}

}  // namespace

Result<void> create_account(MetaDb& database, const Account& account) {
  auto done = database.write(
      "INSERT INTO accounts (name, native_hash, password_hash, tag, created, changed) "
      "VALUES (:name, :native_hash, :password_hash, :tag, {now}, {now})",
      bound(account));
  if (!done) return fail_in("cannot create account " + account.name, std::move(done.error()));
  return {};
}

Result<void> change_account(MetaDb& database, const Account& account) {
  auto done = database.write(
      "UPDATE accounts SET native_hash = :native_hash, password_hash = :password_hash, tag = :tag, changed = {now} "
      "WHERE name = :name",
      bound(account));
  if (!done) return fail_in("cannot change account " + account.name, std::move(done.error()));
  if (*done == 1) return {};
  return fail(ErrorKind::not_found, fmt::format("{}: there is no account {}", database.name(), account.name));
}

Result<bool> drop_account(MetaDb& database, const std::string& name) {
  auto done = database.write("DELETE FROM accounts WHERE name = :name", {{"name", name}});
  if (!done) return fail_in("cannot drop account " + name, std::move(done.error()));
  return *done == 1;
}

Result<std::vector<Account>> list_accounts(MetaDb& database) {
  auto rows = database.select({"name", "native_hash", "password_hash", "tag"}, "FROM accounts ORDER BY name");
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Account> accounts;
  for (const Row& row : *rows) {
    accounts.push_back(
        {.name = row.text(0), .native_hash = row.text(1), .password_hash = row.text(2), .tag = row.text(3)});
  }
  return accounts;
}

}  // namespace sluice::metadb
