#include "store/file_times.h"

#include <algorithm>
#include <ranges>

namespace sluice::store {

std::vector<std::uint32_t> file_times(std::vector<std::uint32_t> headers, std::uint32_t now) {
  std::uint32_t later = now;
  for (std::uint32_t& time : headers | std::views::reverse) {
    if (time > now) time = later;
    later = time;
  }
  for (std::size_t i = 1; i < headers.size(); ++i)
    headers[i] = std::max(headers[i], headers[i - 1]);
  if (!headers.empty()) headers.erase(headers.begin());
  return headers;
}

}  // namespace sluice::store
