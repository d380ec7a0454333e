#include "answers/version_number.h"

#include <algorithm>
#include <charconv>

namespace sluice::answers {

std::uint32_t version_number(std::string_view version) {
  std::uint32_t result = 0;
  for (int part = 0; part < 3; ++part) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (version.starts_with('.')) version.remove_prefix(1);
    result = result * 100 + (error == std::errc() ? std::min(number, 99U) : 0);
  }
  return result;
}

}  // namespace sluice::answers
