#include "listen/login_guard.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::listen {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

const LoginGuard::Time start = LoginGuard::Time() + 1000s;
const LoginGuard::Limits limits{3, 60s};
const auto attacker = make_address("192.0.2.7");

TEST(LoginGuard, KeepsOutAfterSoManyFailuresAndForSoLong) {
  LoginGuard guard;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(guard.blocked(attacker, limits, start));
    guard.failed(attacker, limits, start + i * 1s);
  }
  EXPECT_EQ(guard.blocked(attacker, limits, start + 2s), 60s);
  EXPECT_EQ(guard.blocked(attacker, limits, start + 61500ms), 1s);
  EXPECT_FALSE(guard.blocked(attacker, limits, start + 62s));
  EXPECT_FALSE(guard.blocked(make_address("192.0.2.8"), limits, start + 2s));
  guard.failed(attacker, limits, start + 62s);
  EXPECT_FALSE(guard.blocked(attacker, limits, start + 62s)) << "it begins anew";
}

TEST(LoginGuard, ASuccessForgivesAll) {
  LoginGuard guard;
  guard.failed(attacker, limits, start);
  guard.failed(attacker, limits, start);
  guard.succeeded(attacker);
  guard.failed(attacker, limits, start);
  EXPECT_FALSE(guard.blocked(attacker, limits, start));
  guard.succeeded(make_address("192.0.2.9"));
}

TEST(LoginGuard, ANetworkOfIpv6CountsAsOne) {
  LoginGuard guard;
  for (const char* host : {"2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3"}) {
    guard.failed(make_address(host), limits, start);
  }
  EXPECT_TRUE(guard.blocked(make_address("2001:db8:0:1::4"), limits, start));
  EXPECT_FALSE(guard.blocked(make_address("2001:db8:0:2::1"), limits, start));
}

TEST(LoginGuard, AnIpv4AddressIsTheSameThroughAnIpv6Socket) {
  LoginGuard guard;
  for (int i = 0; i < 3; ++i)
    guard.failed(make_address("::ffff:192.0.2.7"), limits, start);
  EXPECT_TRUE(guard.blocked(attacker, limits, start));
  EXPECT_FALSE(guard.blocked(make_address("::ffff:192.0.2.8"), limits, start));
}

TEST(LoginGuard, ItsMemoryIsLimitedAndTheNewestAreKept) {
  LoginGuard guard;
  guard.failed(make_address("10.255.255.255"), limits, start);
  for (std::size_t i = 0; i < LoginGuard::addresses_max + 100; ++i) {
    const auto address = make_address(fmt::format("2001:db8:{:x}:{:x}::1", i >> 16U, i & 0xFFFFU));
    for (int failure = 0; failure < 3; ++failure)
      guard.failed(address, limits, start + 1s);
  }
  EXPECT_EQ(guard.size(), LoginGuard::addresses_max);
  EXPECT_FALSE(guard.blocked(make_address("2001:db8::1"), limits, start + 1s));
  EXPECT_TRUE(guard.blocked(make_address("2001:db8:0:4000::1"), limits, start + 1s));
  guard.failed(attacker, limits, start + 2min);
  EXPECT_EQ(guard.size(), 1U) << "what is over is forgotten";
}

TEST(LoginGuard, CanBeSwitchedOff) {
  LoginGuard guard;
  for (int i = 0; i < 10; ++i)
    guard.failed(attacker, {0, 60s}, start);
  EXPECT_FALSE(guard.blocked(attacker, {0, 60s}, start));
  EXPECT_EQ(guard.size(), 0U);
}

}  // namespace
}  // namespace sluice::listen
