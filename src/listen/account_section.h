#pragma once

#include "configuration/section.h"
#include "listen/accounts.h"
#include "mysql/address_ranges.h"

namespace sluice::listen {

/// What opens an account: name, native, password_hash.
void read_account_login(configuration::Section& section, AccountSettings& account);

/// All of an account of `[[account]]`.
void read_account(configuration::Section& section, AccountSettings& account);

/// `trusted`: at most 256 addresses and ranges. They are added to `ranges`.
void read_trusted(configuration::Section& section, mysql::AddressRanges& ranges);

}  // namespace sluice::listen
