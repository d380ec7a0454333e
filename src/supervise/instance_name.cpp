#include "supervise/instance_name.h"

#include <algorithm>

namespace sluice::supervise {

bool is_instance_name(std::string_view name) {
  constexpr std::size_t size_max = 128;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= size_max && name.front() != '.' && std::ranges::all_of(name, allowed);
}

}  // namespace sluice::supervise
