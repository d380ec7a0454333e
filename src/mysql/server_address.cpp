#include "mysql/server_address.h"

#include <charconv>

#include <fmt/format.h>

namespace sluice::mysql {
namespace {

constexpr std::size_t host_size_max = 255;

std::unexpected<Error> invalid(std::string_view text) {
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is not an address of the form host:port", text));
}

}  // namespace

Result<ServerAddress> parse_server_address(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return invalid(text);
    }
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) {
      return invalid(text);
    }
    port = has_port ? rest.substr(1) : rest;
  } else if (text.find(':') == text.rfind(':') && text.find(':') != std::string_view::npos) {
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':') + 1);
    has_port = true;
  }
  ServerAddress address;
  address.host = host;
  if (host.empty() || host.size() > host_size_max || host.find('\0') != std::string_view::npos) {
    return invalid(text);
  }
  if (has_port) {
    const char* const end = port.data() + port.size();
    const auto [read_to, error] = std::from_chars(port.data(), end, address.port);
    if (error != std::errc() || read_to != end || address.port == 0) {
      return invalid(text);
    }
  }
  return address;
}

std::string to_text(const ServerAddress& address) {
  const std::string port = std::to_string(address.port);
  return address.host.contains(':') ? "[" + address.host + "]:" + port : address.host + ":" + port;
}

}  // namespace sluice::mysql
