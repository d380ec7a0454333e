#pragma once

#include <string>
#include <string_view>

namespace sluice::mysql {

/// A log-in name that says which tenant it is for, as OceanBase's clients and proxy write it: `user@tenant#cluster`,
/// `user@tenant`, or `cluster:tenant:user`.
struct TenantUserName {
  std::string user;
  std::string tenant;   ///< empty: not said
  std::string cluster;  ///< empty: not said
};

/// Takes a name apart. One that has neither of the forms is a user's name as a whole, whatever signs it has.
[[nodiscard]] TenantUserName parse_user_name(std::string_view name);

}  // namespace sluice::mysql
