#include "metadb/accounts.h"

#include <fmt/format.h>

#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

Parameters bound(const Account& account) {
  return {{"name", account.name},
          {"native_hash", account.native_hash},
          {"password_hash", account.password_hash},
          {"tag", account.tag}};
}

/// One statement that changes accounts. True if it found a row.
Result<bool> change(MetaDb& database, std::string_view statement, const Parameters& parameters) {
  return change_and_raise(database, Revision::accounts, [&]() -> Result<bool> {
    auto done = database.write(statement, parameters);
    if (!done) return std::unexpected(std::move(done.error()));
    return *done == 1;
  });
}

}  // namespace

Result<void> create_account(MetaDb& database, const Account& account) {
  auto done = change(database,
                     "INSERT INTO accounts (name, native_hash, password_hash, tag, created, changed) "
                     "VALUES (:name, :native_hash, :password_hash, :tag, {now}, {now})",
                     bound(account));
  if (!done) return fail_in("cannot create account " + account.name, std::move(done.error()));
  return {};
}

Result<void> change_account(MetaDb& database, const Account& account) {
  auto done = change(database,
                     "UPDATE accounts SET native_hash = :native_hash, password_hash = :password_hash, tag = :tag, "
                     "changed = {now} WHERE name = :name",
                     bound(account));
  if (!done) return fail_in("cannot change account " + account.name, std::move(done.error()));
  if (*done) return {};
  return fail(ErrorKind::not_found, fmt::format("{}: there is no account {}", database.name(), account.name));
}

Result<bool> drop_account(MetaDb& database, const std::string& name) {
  auto done = change(database, "DELETE FROM accounts WHERE name = :name", {{"name", name}});
  if (!done) return fail_in("cannot drop account " + name, std::move(done.error()));
  return *done;
}

namespace {

Result<std::vector<Account>> select_accounts(MetaDb& database, const std::string& behind) {
  auto rows = database.select({"name", "native_hash", "password_hash", "tag"}, "FROM accounts ORDER BY name" + behind);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Account> accounts;
  for (const Row& row : *rows) {
    accounts.push_back(
        {.name = row.text(0), .native_hash = row.text(1), .password_hash = row.text(2), .tag = row.text(3)});
  }
  return accounts;
}

}  // namespace

Result<std::vector<Account>> list_accounts(MetaDb& database) {
  return select_accounts(database, "");
}

Result<std::vector<Account>> lock_accounts(MetaDb& database) {
  return select_accounts(database, " {for_update}");
}

}  // namespace sluice::metadb
