#include "session/real_host.h"

#include <algorithm>
#include <string_view>

namespace sluice::session {

namespace {

/// What may stand in an address; a client may write anything.
bool is_address(std::string_view text) {
  constexpr std::size_t size_max = 64;
  return !text.empty() && text.size() <= size_max && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".:-_%[]").contains(c);
  });
}

}  // namespace

std::string real_host(const mysql::ConnectionAttributes& attributes) {
  const auto ip = attributes.find("__client_ip");
  if (ip == attributes.end() || !is_address(ip->second)) return {};
  const auto port = attributes.find("__client_addr_port");
  if (port == attributes.end() || !is_address(port->second)) return ip->second;
  // Some proxies write the whole address there.
  if (port->second.contains(':')) return port->second;
  return ip->second.contains(':') ? "[" + ip->second + "]:" + port->second : ip->second + ":" + port->second;
}

}  // namespace sluice::session
