#include "mysql/user_name.h"

#include <algorithm>

namespace sluice::mysql {

TenantUserName parse_user_name(std::string_view name) {
  const auto plain = [&] { return TenantUserName{std::string(name), "", ""}; };
  const std::size_t at = name.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view place = name.substr(at + 1);
    const std::size_t hash = place.find('#');
    const std::string_view tenant = place.substr(0, hash);
    const std::string_view cluster = hash == std::string_view::npos ? std::string_view() : place.substr(hash + 1);
    const bool whole = at > 0 && !tenant.empty() && (hash == std::string_view::npos || !cluster.empty());
    return whole ? TenantUserName{std::string(name.substr(0, at)), std::string(tenant), std::string(cluster)} : plain();
  }
  const std::size_t first = name.find(':');
  const std::size_t second = first == std::string_view::npos ? first : name.find(':', first + 1);
  if (second == std::string_view::npos || first == 0 || second == first + 1 || second + 1 == name.size()) {
    return plain();
  }
  return {std::string(name.substr(second + 1)), std::string(name.substr(first + 1, second - first - 1)),
          std::string(name.substr(0, first))};
}

}  // namespace sluice::mysql
