#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::store {

/// A place in a log: the number of a file and an offset in it.
struct LogPosition {
  std::uint64_t file = 0;
  std::uint64_t offset = 0;

  auto operator<=>(const LogPosition&) const = default;
};

/// "mysql-bin.000001": at least six digits.
[[nodiscard]] std::string log_file_name(std::uint64_t number);

/// The number in a log file's name, with or without a directory in front; nothing for other names.
[[nodiscard]] std::optional<std::uint64_t> log_file_number(std::string_view name);

}  // namespace sluice::store
