#pragma once

#include <string>
#include <vector>

#include "listen/accounts.h"

namespace sluice::listen {

/// How one list of accounts differs from another: names, in the order of the lists.
struct AccountChanges {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
};

[[nodiscard]] AccountChanges compare_accounts(const std::vector<AccountSettings>& before,
                                              const std::vector<AccountSettings>& after);

/// "2 added ('a', 'b'), none removed, 1 changed ('c')": of many the first ten are named.
[[nodiscard]] std::string describe(const AccountChanges& changes);

}  // namespace sluice::listen
