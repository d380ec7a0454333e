#include "server/relayed.h"

#include <memory>

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

TEST(Relayed, AWayIsListedForAsLongAsAClientIsOnIt) {
  Relayed relayed;
  const manage::Route one{.instance = "i", .ip = "10.0.0.1", .port = 8100};
  auto first = std::make_unique<Relayed::Place>(relayed, one);
  auto second = std::make_unique<Relayed::Place>(relayed, one);
  EXPECT_EQ(relayed.routes().size(), 1U);
  first.reset();
  ASSERT_EQ(relayed.routes().size(), 1U);
  EXPECT_EQ(relayed.routes().front().ip, "10.0.0.1");
  second.reset();
  EXPECT_TRUE(relayed.routes().empty());
}

TEST(Relayed, AnInstanceAtAnotherPortIsAnotherWay) {
  Relayed relayed;
  const Relayed::Place before(relayed, {.instance = "i", .ip = "10.0.0.1", .port = 8100});
  const Relayed::Place after(relayed, {.instance = "i", .ip = "10.0.0.1", .port = 8101});
  EXPECT_EQ(relayed.routes().size(), 2U);
}

}  // namespace
}  // namespace sluice::server
