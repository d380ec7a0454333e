#pragma once

#include <string>

#include "base/error.h"
#include "database/options.h"

namespace sluice::database {

/// What messages call the database; without user and password.
[[nodiscard]] std::string display_name(const Options& options);

/// Whether the options make sense; the error names what does not.
[[nodiscard]] Result<void> check(const Options& options);

/// SOCI's connection string for its MySQL back-end. Holds the password.
[[nodiscard]] std::string connection_string(const Options& options, const MySqlAddress& address, bool with_database);

}  // namespace sluice::database
