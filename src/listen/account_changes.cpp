#include "listen/account_changes.h"

#include <map>

#include <fmt/format.h>

namespace sluice::listen {

namespace {

using ByName = std::map<std::string_view, const AccountSettings*>;

ByName by_name(const std::vector<AccountSettings>& accounts) {
  ByName found;
  for (const AccountSettings& account : accounts)
    found.emplace(account.name, &account);
  return found;
}

std::string describe_names(const std::vector<std::string>& names, std::string_view what) {
  constexpr std::size_t named_max = 10;
  if (names.empty()) return fmt::format("none {}", what);
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < named_max; ++i)
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", names[i]);
  return fmt::format("{} {} ({}{})", names.size(), what, text, names.size() > named_max ? ", ..." : "");
}

}  // namespace

AccountChanges compare_accounts(const std::vector<AccountSettings>& before, const std::vector<AccountSettings>& after) {
  const ByName former = by_name(before);
  const ByName present = by_name(after);
  AccountChanges changes;
  for (const AccountSettings& account : after) {
    const auto found = former.find(account.name);
    if (found == former.end()) {
      changes.added.push_back(account.name);
    } else if (*found->second != account) {
      changes.changed.push_back(account.name);
    }
  }
  for (const AccountSettings& account : before) {
    if (!present.contains(account.name)) changes.removed.push_back(account.name);
  }
  return changes;
}

std::string describe(const AccountChanges& changes) {
  return fmt::format("{}, {}, {}", describe_names(changes.added, "added"), describe_names(changes.removed, "removed"),
                     describe_names(changes.changed, "changed"));
}

}  // namespace sluice::listen
