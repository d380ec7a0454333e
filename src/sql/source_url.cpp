#include "sql/source_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::sql {
namespace {

constexpr std::size_t host_size_max = 253;

std::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("The option [CLUSTER URL] {}", why), error_code::management);
}

std::unexpected<Error> refuse_address(std::size_t number, std::string_view why) {
  return refuse(fmt::format("is wrong at its address {}: {}", number, why));
}

bool is_host_name(std::string_view host) {
  return !host.starts_with('-') && !host.starts_with('.') && std::ranges::all_of(host, [](char character) {
    return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'z') || character == '-' ||
           character == '.' || character == '_';
  });
}

bool is_ipv6_address(std::string_view host) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host.substr(0, host.find('%'))).c_str(), &address) == 1;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

/// host, host:port, [IPv6], [IPv6]:port
Result<SourceUrl::Address> parse_address(std::string_view text, std::size_t number) {
  SourceUrl::Address address;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6_address(text.substr(1, close - 1))) {
      return refuse_address(number, "between [ and ] stands an IPv6 address");
    }
    address.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    port = text.substr(colon);
    if (address.host.empty()) return refuse_address(number, "it has no host");
    if (port.find(':', 1) != std::string_view::npos) {
      return refuse_address(number, "it has more than one \":\"; an IPv6 address stands between [ and ]");
    }
    if (address.host.size() > host_size_max || !is_host_name(address.host)) {
      return refuse_address(
          number, fmt::format("a host has letters, digits, \"-\", \".\" and \"_\", at most {} of them", host_size_max));
    }
  }
  if (port.empty()) return address;
  const auto read = port.starts_with(':') ? port_of(port.substr(1)) : std::nullopt;
  if (!read) return refuse_address(number, fmt::format("the port of {} is a number from 1 to 65535", address.host));
  address.port = *read;
  return address;
}

Result<std::vector<SourceUrl::Address>> parse_addresses(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return refuse("holds no account; say TO USER ... PASSWORD ... instead");
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != std::string_view::npos) {
    return refuse("names servers only, host:port with \",\" between them; no database and no settings");
  }
  std::vector<SourceUrl::Address> addresses;
  for (;;) {
    const std::size_t comma = text.find(',');
    auto address = parse_address(text.substr(0, comma), addresses.size() + 1);
    if (!address) return std::unexpected(std::move(address.error()));
    if (std::ranges::find(addresses, *address) != addresses.end()) {
      return refuse_address(addresses.size() + 1,
                            fmt::format("{} port {} is there twice", address->host, address->port));
    }
    if (addresses.size() >= source_address_count_max) {
      return refuse(fmt::format("names more than {} servers", source_address_count_max));
    }
    addresses.push_back(std::move(*address));
    if (comma == std::string_view::npos) return addresses;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<SourceUrl> parse_source_url(std::string_view text) {
  if (text.empty()) return fail(ErrorKind::invalid, "Cluster url cannot be empty", error_code::management);
  if (text.size() > source_url_size_max) {
    return refuse(fmt::format("is longer than {} bytes", source_url_size_max));
  }
  if (std::ranges::any_of(text, [](char character) { return static_cast<unsigned char>(character) <= ' '; })) {
    return refuse("has a space or a control character in it");
  }
  const std::size_t colon = text.find("://");
  const std::string scheme = to_lower(text.substr(0, colon));
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 3);
  SourceUrl url{.kind = SourceUrl::Kind::mysql, .addresses = {}, .text = std::string(text)};
  if (scheme == "http" || scheme == "https") {
    if (rest.empty() || rest.find_first_of("/?#:") == 0) return refuse("has no host behind http://");
    url.kind = SourceUrl::Kind::oceanbase;
    return url;
  }
  if (colon == std::string_view::npos || (scheme != "mysql" && scheme != "mariadb")) {
    return refuse(
        "is none of mysql://host:port,... , mariadb://host:port,... and the http:// address that OceanBase has as "
        "obconfig_url");
  }
  url.kind = scheme == "mysql" ? SourceUrl::Kind::mysql : SourceUrl::Kind::mariadb;
  auto addresses = parse_addresses(rest);
  if (!addresses) return std::unexpected(std::move(addresses.error()));
  url.addresses = std::move(*addresses);
  return url;
}

}  // namespace sluice::sql
