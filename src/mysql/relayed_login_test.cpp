#include "mysql/relayed_login.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

TEST(RelayedLogin, ComesBackAndLeavesTheClientsOwnAttributes) {
  ConnectionAttributes attributes{{"program_name", "canal"}};
  const RelayedLogin login{"u@t#c", "192.0.2.7", make_challenge()};
  add_relayed_login(attributes, login);
  const auto taken = take_relayed_login(attributes);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->user + taken->host, "u@t#c192.0.2.7");
  EXPECT_EQ(taken->challenge, login.challenge);
  EXPECT_EQ(attributes, (ConnectionAttributes{{"program_name", "canal"}}));
}

TEST(RelayedLogin, IsNoneWhereAPieceIsMissing) {
  for (const auto* const piece : {"_sluice_user", "_sluice_host", "_sluice_challenge"}) {
    ConnectionAttributes attributes;
    add_relayed_login(attributes, {"u", "192.0.2.7", make_challenge()});
    attributes[piece] = attributes[piece].substr(1);
    const bool empty = attributes[piece].empty();
    if (std::string_view(piece) != "_sluice_host" || empty) {
      EXPECT_FALSE(take_relayed_login(attributes)) << piece;
    }
  }
  ConnectionAttributes none;
  EXPECT_FALSE(take_relayed_login(none));
}

}  // namespace
}  // namespace sluice::mysql
