#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sluice::sql {

/// What CLUSTER URL says: where a tenant's database is found.
struct SourceUrl {
  enum class Kind : std::uint8_t {
    mysql,
    mariadb,
    oceanbase,  ///< the address of a configuration service, OceanBase's `obconfig_url`
  };
  struct Address {
    std::string host;  ///< a name or an IPv4 or IPv6 address, without brackets
    std::uint16_t port = 3306;

    bool operator==(const Address&) const = default;
  };

  Kind kind = Kind::mysql;
  std::vector<Address> addresses;  ///< in the order they are to be tried; none of an OceanBase
  std::string text;                ///< as it was written
};

inline constexpr std::size_t source_url_size_max = 4096;
inline constexpr std::size_t source_address_count_max = 32;

/// Reads mysql://host:port,host:port and mariadb://... (IPv6 addresses in brackets, port 3306 if none is given, one "/"
/// behind the last), and takes http:// and https:// as they are. Error 1236 for anything else; its message quotes
/// nothing of the text but host names, because people write passwords into it.
[[nodiscard]] Result<SourceUrl> parse_source_url(std::string_view text);

}  // namespace sluice::sql
