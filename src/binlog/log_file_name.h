#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::binlog {

/// "mysql-bin.000001": at least six digits. Numbers start at 1.
[[nodiscard]] std::string log_file_name(std::uint64_t number);

/// The number in a log file's name, with or without a directory in front; nothing for names that are not ours.
[[nodiscard]] std::optional<std::uint64_t> log_file_number(std::string_view name);

}  // namespace sluice::binlog
