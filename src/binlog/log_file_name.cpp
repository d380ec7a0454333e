#include "binlog/log_file_name.h"

#include <charconv>

#include <fmt/format.h>

namespace sluice::binlog {
namespace {

constexpr std::string_view prefix = "mysql-bin.";
constexpr std::size_t digits_min = 6;

}  // namespace

std::string log_file_name(std::uint64_t number) {
  return fmt::format("{}{:06}", prefix, number);
}

std::optional<std::uint64_t> log_file_number(std::string_view name) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  if (!whole || name.size() < digits_min || number == 0) return std::nullopt;
  if (name.size() > digits_min && name.front() == '0') return std::nullopt;
  return number;
}

}  // namespace sluice::binlog
