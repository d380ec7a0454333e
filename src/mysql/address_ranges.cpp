#include "mysql/address_ranges.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace sluice::mysql {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned ipv4_offset = 96;  ///< bits before an IPv4 address mapped into IPv6

ip::address_v6::bytes_type mapped(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes() : address.to_v6().to_bytes();
}

bool same_front(const ip::address_v6::bytes_type& a, const ip::address_v6::bytes_type& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) {
    return false;
  }
  const unsigned rest = bits % 8;
  return rest == 0 || ((a.at(whole) ^ b.at(whole)) >> (8 - rest)) == 0;
}

}  // namespace

Result<void> AddressRanges::add(std::string_view text) {
  const std::size_t slash = text.find('/');
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text.substr(0, slash)), error);
  if (error) {
    return fail(ErrorKind::invalid, fmt::format("'{}' is no IP address or range like 10.1.0.0/16 or fd00::/8", text));
  }
  const unsigned bits = address.is_v4() ? 32 : 128;
  unsigned prefix = bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (wrong != std::errc() || end != digits.data() + digits.size() || prefix > bits) {
      return fail(ErrorKind::invalid, fmt::format("'{}' has to end with a number from 0 to {}", text, bits));
    }
  }
  ranges_.push_back({mapped(address), address.is_v4() ? prefix + ipv4_offset : prefix});
  return {};
}

bool AddressRanges::contains(const ip::address& address) const {
  const auto bytes = mapped(address);
  return std::ranges::any_of(ranges_, [&](const Range& range) { return same_front(bytes, range.bytes, range.prefix); });
}

bool AddressRanges::contains(std::string_view address) const {
  boost::system::error_code error;
  const ip::address parsed = ip::make_address(std::string(address), error);
  return !error && contains(parsed);
}

}  // namespace sluice::mysql
