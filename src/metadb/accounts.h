#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/meta_db.h"

namespace sluice::metadb {

/// An account of the cluster. Of its password there are only hashes, in the forms the configuration of an instance has
/// them too.
struct Account {
  std::string name{};
  std::string native_hash{};    ///< for mysql_native_password; empty: it cannot be used
  std::string password_hash{};  ///< for caching_sha2_password: "pbkdf2-sha256$..."
  std::string tag{};            ///< what it may do: "admin", "user"
};

// Each change raises Revision::accounts with it.

/// Makes the account. Refused with is_duplicate() if it is there.
[[nodiscard]] Result<void> create_account(MetaDb& database, const Account& account);
/// Changes hashes and tag. not_found if there is none of the name.
[[nodiscard]] Result<void> change_account(MetaDb& database, const Account& account);
/// True if it was there.
[[nodiscard]] Result<bool> drop_account(MetaDb& database, const std::string& name);
/// By name.
[[nodiscard]] Result<std::vector<Account>> list_accounts(MetaDb& database);
/// The same in a transaction: others wait with changing them until it ends.
[[nodiscard]] Result<std::vector<Account>> lock_accounts(MetaDb& database);

}  // namespace sluice::metadb
