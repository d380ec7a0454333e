#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ctl/failure.h"

namespace sluice::ctl {

/// What a file of defaults says about the server and the account, so that the command line need not.
struct Defaults {
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> user;
  std::optional<std::string> password_file;  ///< a relative path counts from the file of defaults
};

/// Reads TOML with the keys host, port, user and password_file. The failure names the file and all that is wrong with
/// it; unknown keys are, and a password of course: there is no key for one.
[[nodiscard]] Outcome<Defaults> parse_defaults(std::string_view text, const std::filesystem::path& path);

/// Of `path`; where that is empty, of .sluicectl.toml in the home directory if it is there.
[[nodiscard]] Outcome<Defaults> load_defaults(const std::filesystem::path& path);

}  // namespace sluice::ctl
