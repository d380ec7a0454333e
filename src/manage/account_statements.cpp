#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "listen/accounts.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/accounts.h"
#include "metadb/history.h"
#include "metadb/meta_db.h"

namespace sluice::manage {
namespace {

std::unexpected<Error> failed(std::string_view operation, const std::string& user, std::string_view why) {
  return fail(ErrorKind::refused, fmt::format("Operation {} failed for '{}'@'%': {}", operation, user, why),
              operation_failed);
}

/// Names that servers of the cluster use at its instances.
bool is_reserved(const std::string& user) {
  return user.starts_with("sluice_");
}

/// In a transaction.
Result<std::optional<metadb::Account>> find_account(const std::string& name, metadb::MetaDb& database) {
  auto all = metadb::lock_accounts(database);
  if (!all) return std::unexpected(std::move(all.error()));
  const auto found = std::ranges::find(*all, name, &metadb::Account::name);
  return found == all->end() ? std::nullopt : std::optional(*found);
}

/// Only what the method needs is kept; without a method both.
Result<void> set_hashes(metadb::Account& account, sql::LoginMethod method, const std::string& password) {
  auto hashes = listen::hash_password(password);
  if (!hashes) return refuse(std::move(hashes.error().message));
  const bool native = method != sql::LoginMethod::caching_sha2_password;
  const bool sha2 = method != sql::LoginMethod::mysql_native_password;
  account.native_hash = native ? std::move(hashes->native) : "";
  account.password_hash = sha2 ? std::move(hashes->password_hash) : "";
  return {};
}

/// Log-ins at this server go by the new accounts when the statement returns; others look at once, or with their next
/// beat, as this one does where the accounts cannot be read now.
void tell_servers(const StatementContext& context) {
  if (const auto accounts = metadb::list_accounts(context.metadb)) context.services.take_accounts(*accounts);
  context.services.changed();
}

/// Does `work` and notes it in the history, or neither. False of it: there was nothing to do, but a warning.
Done carry_out(std::string what, const std::string& user, const StatementContext& context,
               const std::function<Result<bool>()>& work) {
  const metadb::HistoryEntry entry{
      .decision = {.what = std::move(what), .who = context.who, .reason = "account " + user}};
  bool changed = false;
  auto done = context.metadb.transaction([&]() -> Result<void> {
    context.diagnostics.clear();  // of an attempt before
    auto worked = work();
    if (!worked) return std::unexpected(std::move(worked.error()));
    changed = *worked;
    return changed ? metadb::append_history(context.metadb, entry) : Result<void>();
  });
  if (!done) return std::unexpected(std::move(done.error()));
  if (changed) tell_servers(context);
  return answers::SqlOk{
      .affected_rows = 0, .warnings = static_cast<std::uint16_t>(context.diagnostics.size()), .info = {}};
}

Done change_password(const std::string& user, sql::LoginMethod method, const std::string& password,
                     std::string_view operation, bool if_exists, const StatementContext& context) {
  metadb::Account hashes;
  if (auto set = set_hashes(hashes, method, password); !set) return std::unexpected(std::move(set.error()));
  return carry_out("change password", user, context, [&]() -> Result<bool> {
    auto account = find_account(user, context.metadb);
    if (!account) return std::unexpected(std::move(account.error()));
    if (!*account) {
      if (!if_exists) return failed(operation, user, "there is no such account");
      context.warn(fmt::format("there is no account '{}'", user));
      return false;
    }
    (*account)->native_hash = hashes.native_hash;
    (*account)->password_hash = hashes.password_hash;
    if (auto changed = metadb::change_account(context.metadb, **account); !changed) {
      return std::unexpected(std::move(changed.error()));
    }
    return true;
  });
}

}  // namespace

Done create_user(const sql::CreateUser& create, const StatementContext& context) {
  if (is_reserved(create.user)) return failed("CREATE USER", create.user, "names that begin with sluice_ are ours");
  if (create.user.contains('@') || create.user.contains('#') || create.user.contains(':')) {
    return failed("CREATE USER", create.user, "a name cannot hold '@', '#' or ':', which log-ins put before a tenant");
  }
  metadb::Account account{.name = create.user, .native_hash = "", .password_hash = "", .tag = "user"};
  if (auto set = set_hashes(account, create.method, create.password); !set) {
    return std::unexpected(std::move(set.error()));
  }
  return carry_out("create account", create.user, context, [&]() -> Result<bool> {
    const auto before = find_account(create.user, context.metadb);
    if (!before) return std::unexpected(before.error());
    if (*before) {
      if (!create.if_not_exists) return failed("CREATE USER", create.user, "it is there already");
      context.warn(fmt::format("the account '{}' is there already", create.user));
      return false;
    }
    auto made = metadb::create_account(context.metadb, account);
    if (made) return true;
    // Another was quicker: nothing held what was not there.
    if (metadb::is_duplicate(made.error())) return failed("CREATE USER", create.user, "it is there already");
    return std::unexpected(std::move(made.error()));
  });
}

Done alter_user(const sql::AlterUser& alter, const StatementContext& context) {
  return change_password(alter.user, alter.method, alter.password, "ALTER USER", alter.if_exists, context);
}

Done set_password(const sql::SetPassword& set, const StatementContext& context) {
  return change_password(set.user.value_or(context.who), sql::LoginMethod::unspecified, set.password, "SET PASSWORD",
                         false, context);
}

Done change_administrator(const sql::ChangeAdministrator& change, const StatementContext& context) {
  const std::string_view operation = change.grant ? "GRANT" : "REVOKE";
  const auto work = [&]() -> Result<bool> {
    auto all = metadb::lock_accounts(context.metadb);
    if (!all) return std::unexpected(std::move(all.error()));
    const auto account = std::ranges::find(*all, change.user, &metadb::Account::name);
    if (account == all->end()) return failed(operation, change.user, "there is no such account");
    const auto admins = std::ranges::count(*all, "admin", &metadb::Account::tag);
    if (!change.grant && account->tag == "admin" && admins == 1) {
      return failed(operation, change.user, "nobody would be left to administer the cluster");
    }
    account->tag = change.grant ? "admin" : "user";
    if (auto changed = metadb::change_account(context.metadb, *account); !changed) {
      return std::unexpected(std::move(changed.error()));
    }
    return true;
  };
  return carry_out(change.grant ? "make administrator" : "end administrator", change.user, context, work);
}

Done drop_users(const sql::DropUsers& drop, const StatementContext& context) {
  const auto goes = [&](const std::string& name) { return std::ranges::find(drop.users, name) != drop.users.end(); };
  const auto work = [&]() -> Result<bool> {
    const auto all = metadb::lock_accounts(context.metadb);
    if (!all) return std::unexpected(all.error());
    const bool admin_stays =
        std::ranges::any_of(*all, [&](const metadb::Account& one) { return one.tag == "admin" && !goes(one.name); });
    if (!admin_stays) return failed("DROP USER", drop.users.front(), "nobody would be left to administer the cluster");
    bool any = false;
    for (const std::string& user : drop.users) {
      const auto dropped = metadb::drop_account(context.metadb, user);
      if (!dropped) return std::unexpected(dropped.error());
      any = any || *dropped;
      if (*dropped) continue;
      if (!drop.if_exists) return failed("DROP USER", user, "there is no such account");
      context.warn(fmt::format("there is no account '{}'", user));
    }
    return any;
  };
  return carry_out("drop account", fmt::format("{}", fmt::join(drop.users, ", ")), context, work);
}

Rows show_users(const StatementContext& context) {
  const auto all = metadb::list_accounts(context.metadb);
  if (!all) return std::unexpected(all.error());
  answers::SqlRows answer;
  for (const char* name : {"user", "role", "mysql_native_password", "caching_sha2_password"})
    answer.columns.push_back(text_column(name));
  for (const metadb::Account& one : *all) {
    answer.rows.push_back(
        {one.name, one.tag, one.native_hash.empty() ? "No" : "Yes", one.password_hash.empty() ? "No" : "Yes"});
  }
  return answer;
}

}  // namespace sluice::manage
