#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/error.h"

namespace sluice::mysql {

/// A set of IP addresses, of which there are few ranges.
class AddressRanges {
 public:
  /// Adds "10.1.2.3", "10.1.0.0/16", "fd00::1" or "fd00::/8". The error says what is wrong with the text.
  [[nodiscard]] Result<void> add(std::string_view text);

  /// An IPv4 address that came to an IPv6 socket (::ffff:10.1.2.3) is the IPv4 one.
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
  /// False for what is no address.
  [[nodiscard]] bool contains(std::string_view address) const;

  /// The same ranges in the same order.
  bool operator==(const AddressRanges&) const = default;

 private:
  struct Range {
    boost::asio::ip::address_v6::bytes_type bytes{};
    unsigned prefix = 128;  ///< bits that count

    bool operator==(const Range&) const = default;
  };

  std::vector<Range> ranges_;
};

}  // namespace sluice::mysql
