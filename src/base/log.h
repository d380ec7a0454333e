#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace sluice::log {

enum class Level { debug, info, warning, error };

/// Starts logging: to standard error, or to `file` (rotated by size, a fixed number kept) when it is not empty.
/// Call once, before threads start. Without it messages go to standard error.
void open(const std::string& file, Level lowest);

/// Writes one line. Any thread. Never pass a secret.
void write(Level level, std::string_view text);

[[nodiscard]] bool enabled(Level level);

template <typename... Arguments>
void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write(Level::info, fmt::format(format, std::forward<Arguments>(arguments)...));
}

template <typename... Arguments>
void warning(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write(Level::warning, fmt::format(format, std::forward<Arguments>(arguments)...));
}

template <typename... Arguments>
void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write(Level::error, fmt::format(format, std::forward<Arguments>(arguments)...));
}

template <typename... Arguments>
void debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace sluice::log
