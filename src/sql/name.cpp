#include "sql/name.h"

#include <algorithm>
#include <cstdint>

#include "sql/utf8.h"

namespace sluice::sql {
namespace {

bool is_control(char character) {
  const auto byte = static_cast<std::uint8_t>(character);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

std::optional<std::string_view> name_fault(std::string_view name) {
  if (!is_utf8(name)) return "is not UTF-8; send statements as utf8mb4";
  if (std::ranges::any_of(name, is_control)) return "has a control character in it";
  if (name.starts_with(' ') || name.ends_with(' ')) return "begins or ends with a space";
  return std::nullopt;
}

}  // namespace sluice::sql
