#pragma once

#include <optional>
#include <string>

#include "mysql/challenge.h"
#include "mysql/handshake_response.h"

namespace sluice::mysql {

/// What a server that has checked a client's password tells the server it relays it to, as connection attributes of its
/// own log-in there: for whom the connection is.
struct RelayedLogin {
  std::string user;       ///< who has logged in
  std::string host;       ///< the client's IP address
  Challenge challenge{};  ///< the one the client was given: COM_CHANGE_USER is answered with it again
};

void add_relayed_login(ConnectionAttributes& attributes, const RelayedLogin& login);

/// Takes these attributes out; the others are the client's own. Nothing if one is missing or makes no sense.
[[nodiscard]] std::optional<RelayedLogin> take_relayed_login(ConnectionAttributes& attributes);

}  // namespace sluice::mysql
