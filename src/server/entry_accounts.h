#pragma once

#include <string>

#include "listen/changing_accounts.h"
#include "mysql/user_name.h"

namespace sluice::server {

/// The cluster's accounts, to which clients of all its tenants log in: a name may say any tenant (user@tenant#cluster).
/// Any thread.
class EntryAccounts : public mysql::AccountStore {
 public:
  explicit EntryAccounts(std::shared_ptr<listen::Accounts> accounts) : accounts_(std::move(accounts)) {}

  void change(std::shared_ptr<listen::Accounts> accounts) { (void)accounts_.change(std::move(accounts)); }

  [[nodiscard]] bool is_known(const std::string& user) const { return accounts_.is_known(account_of(user)); }
  [[nodiscard]] bool is_admin(const std::string& user) const { return accounts_.is_admin(account_of(user)); }

  [[nodiscard]] mysql::LoginAccount find(const std::string& user) const override {
    return accounts_.find(account_of(user));
  }
  [[nodiscard]] bool verify(const std::string& user, const std::string& password) override {
    return accounts_.verify(account_of(user), password);
  }

 private:
  [[nodiscard]] static std::string account_of(const std::string& user) { return mysql::parse_user_name(user).user; }

  listen::ChangingAccounts accounts_;
};

}  // namespace sluice::server
