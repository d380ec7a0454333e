#pragma once

#include <string>

#include "ctl/failure.h"

namespace sluice::ctl {

/// Passwords come from files, the environment or the terminal, never from the command line, which others can see. No
/// function here puts one into a message.

inline constexpr std::size_t password_size_max = 4096;  ///< bytes

/// The file's content without the ends of line at its end; may be a pipe. The failure names the file.
[[nodiscard]] Outcome<std::string> read_password_file(const std::string& path);

/// Asks at the terminal that controls this process, without echo; puts the terminal back however it ends, on SIGINT
/// too.
[[nodiscard]] Outcome<std::string> ask_password(const std::string& prompt);

/// The log-in's password: of `file` if one is named, else of the environment variable SLUICE_PASSWORD, else of
/// `default_file` if one is named, else asked for. Empty is not named.
[[nodiscard]] Outcome<std::string> login_password(const std::string& file, const std::string& default_file,
                                                  const std::string& prompt);

/// A password that an account is to get: of the file if one is named, else asked for twice.
[[nodiscard]] Outcome<std::string> new_password(const std::string& file, const std::string& user);

}  // namespace sluice::ctl
