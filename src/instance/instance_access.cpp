#include "base/log.h"
#include "instance/instance.h"
#include "listen/account_changes.h"

// Who may log in to an instance, and how that changes while it runs.

namespace sluice::instance {

Result<void> Instance::open_access() {
  auto accounts = listen::Accounts::make(config_.accounts, config_.tenant);
  if (!accounts) return std::unexpected(std::move(accounts.error()));
  accounts_ = std::make_unique<listen::ChangingAccounts>(std::move(*accounts));
  trusted_ = std::make_unique<SharedValue<const mysql::AddressRanges>>(
      std::make_shared<const mysql::AddressRanges>(config_.trusted));
  return {};
}

void Instance::control_access(ListenerServices& services) const {
  services.accounts = accounts_.get();
  services.login.trusts = [this](const std::string& address, const std::string& user) {
    return trusted_->get()->contains(address) && !accounts_->is_relay(user);  // whose word is taken for others
  };
  services.is_known = [this](const std::string& user) { return accounts_->is_known(user); };
  services.is_relay = [this](const std::string& user) { return accounts_->is_relay(user); };
  services.is_admin = [this](const std::string& user) { return accounts_->is_admin(user); };
}

Result<void> Instance::change_configuration(const Config& config) {
  auto made = listen::Accounts::make(config.accounts, config_.tenant);
  if (!made) return std::unexpected(std::move(made.error()));
  const std::shared_ptr<listen::Accounts> after = std::move(*made);
  const std::string changes = listen::describe(listen::compare_accounts(config_.accounts, config.accounts));
  const bool same_trust = config.trusted == config_.trusted;
  config_.accounts = config.accounts;
  config_.trusted = config.trusted;
  trusted_->exchange(std::make_shared<const mysql::AddressRanges>(config.trusted));
  log::info("accounts: {}; trusted addresses: {}", changes, same_trust ? "as before" : "changed");
  const std::shared_ptr<const listen::Accounts> before = accounts_->change(after);
  listener_->disconnect_gone(
      [before, after](const std::string& user) { return before->is_known(user) && !after->is_known(user); });
  config_.primary = config.primary;
  return capture_->change_role(config.primary);
}

}  // namespace sluice::instance
