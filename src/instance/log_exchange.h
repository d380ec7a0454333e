#pragma once

#include <filesystem>

#include "base/error.h"

namespace sluice::instance {

// The log of a follower that is not its primary's is put aside, as <data_directory>/binlog.replaced, and copied anew.
// One is kept, for whoever wants to know what happened.

/// Lets the next start do it.
[[nodiscard]] Result<void> ask_for_log_to_be_put_aside(const std::filesystem::path& data_directory);

/// Does it if that was asked for; before the log is opened. A crash on the way is made good by the next call. Who does
/// not follow any more (`follows` false) is its tenant's primary now, and its log the one that counts: the request is
/// forgotten.
[[nodiscard]] Result<void> put_log_aside_if_asked(const std::filesystem::path& data_directory, bool follows);

}  // namespace sluice::instance
