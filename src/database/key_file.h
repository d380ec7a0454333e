#pragma once

#include <filesystem>

#include "base/cipher.h"
#include "base/error.h"

namespace sluice::database {

/// The key that the database's secrets are encrypted with: 32 random bytes in a file of mode 0600 on each server, the
/// same on all of a cluster. Made when missing; two that start at once agree on one. Refused when others than its
/// owner may read or write it, when it is no plain file, and when it has another size. Never replaced.
[[nodiscard]] Result<CipherKey> load_key_file(const std::filesystem::path& path);

}  // namespace sluice::database
