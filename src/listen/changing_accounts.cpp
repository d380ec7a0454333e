#include "listen/changing_accounts.h"

namespace sluice::listen {

std::shared_ptr<const Accounts> ChangingAccounts::change(std::shared_ptr<Accounts> accounts) {
  accounts->take_over(*current());
  return accounts_.exchange(std::move(accounts));
}

}  // namespace sluice::listen
