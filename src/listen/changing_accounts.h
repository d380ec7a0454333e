#pragma once

#include <memory>
#include <string>

#include "base/shared_value.h"
#include "listen/accounts.h"
#include "mysql/server_login.h"

namespace sluice::listen {

/// Accounts that can be exchanged for others while clients log in. Any thread.
class ChangingAccounts : public mysql::AccountStore {
 public:
  explicit ChangingAccounts(std::shared_ptr<Accounts> accounts) : accounts_(std::move(accounts)) {}

  /// Log-ins that begin from now on are checked against `accounts`, which first take over what was learnt of passwords
  /// that are the same. The accounts before come back. One caller at a time.
  std::shared_ptr<const Accounts> change(std::shared_ptr<Accounts> accounts);

  [[nodiscard]] std::shared_ptr<const Accounts> current() const { return accounts_.get(); }

  // As Accounts.
  [[nodiscard]] bool is_known(const std::string& user) const { return current()->is_known(user); }
  [[nodiscard]] bool is_admin(const std::string& user) const { return current()->is_admin(user); }
  [[nodiscard]] bool is_relay(const std::string& user) const { return current()->is_relay(user); }
  [[nodiscard]] mysql::LoginAccount find(const std::string& user) const override { return current()->find(user); }
  [[nodiscard]] bool verify(const std::string& user, const std::string& password) override {
    return accounts_.get()->verify(user, password);
  }

 private:
  SharedValue<Accounts> accounts_;
};

}  // namespace sluice::listen
