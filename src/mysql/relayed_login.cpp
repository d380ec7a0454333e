#include "mysql/relayed_login.h"

#include <algorithm>

#include "base/hex.h"

namespace sluice::mysql {

namespace {

constexpr auto user_attribute = "_sluice_user";
constexpr auto host_attribute = "_sluice_host";
constexpr auto challenge_attribute = "_sluice_challenge";

std::string take(ConnectionAttributes& attributes, const char* name) {
  auto node = attributes.extract(name);
  return node.empty() ? std::string() : std::move(node.mapped());
}

}  // namespace

void add_relayed_login(ConnectionAttributes& attributes, const RelayedLogin& login) {
  attributes[user_attribute] = login.user;
  attributes[host_attribute] = login.host;
  attributes[challenge_attribute] = to_hex(login.challenge);
}

std::optional<RelayedLogin> take_relayed_login(ConnectionAttributes& attributes) {
  RelayedLogin login;
  login.user = take(attributes, user_attribute);
  login.host = take(attributes, host_attribute);
  const std::optional<Bytes> challenge = from_hex(take(attributes, challenge_attribute));
  if (login.user.empty() || login.host.empty() || !challenge || challenge->size() != login.challenge.size()) {
    return std::nullopt;
  }
  std::ranges::copy(*challenge, login.challenge.begin());
  return login;
}

}  // namespace sluice::mysql
