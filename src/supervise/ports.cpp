#include "supervise/ports.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/file_descriptor.h"

namespace sluice::supervise {
namespace {

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
  Endpoint endpoint;
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&endpoint.storage, &four, endpoint.size = sizeof four);
  } else if (::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&endpoint.storage, &six, endpoint.size = sizeof six);
  } else {
    return fail(ErrorKind::invalid, fmt::format("'{}' is not an IP address to listen at", address));
  }
  return endpoint;
}

}  // namespace

Result<bool> port_is_free(const std::string& address, std::uint16_t port) {
  const auto endpoint = endpoint_of(address, port);
  if (!endpoint) return std::unexpected(endpoint.error());
  const FileDescriptor socket(::socket(endpoint->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  const int no = 0;
  // As the instance does it: connections that ended a minute ago do not matter, and "::" takes IPv4 too.
  const bool free = socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                    (endpoint->storage.ss_family != AF_INET6 ||
                     ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) == 0) &&
                    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&endpoint->storage), endpoint->size) == 0 &&
                    ::listen(socket.get(), 1) == 0;
  if (free) return true;
  if (errno == EADDRINUSE) return false;
  return fail(ErrorKind::io, fmt::format("nobody can listen at {} port {}: {}", address, port, ::strerror(errno)),
              errno);
}

Result<std::uint16_t> choose_port(const std::string& address, PortRange range, const std::set<std::uint16_t>& taken) {
  for (std::uint32_t port = std::max<std::uint32_t>(range.first, 1); port <= range.last; ++port) {
    const auto candidate = static_cast<std::uint16_t>(port);
    if (taken.contains(candidate)) continue;
    const auto free = port_is_free(address, candidate);
    if (!free) return std::unexpected(free.error());
    if (*free) return candidate;
  }
  return fail(ErrorKind::limit,
              fmt::format("no port from {} to {} is free at {}; allow instances more of them, or drop "
                          "instances that are not needed",
                          range.first, range.last, address));
}

}  // namespace sluice::supervise
