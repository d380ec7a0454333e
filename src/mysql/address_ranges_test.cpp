#include "mysql/address_ranges.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

AddressRanges ranges(std::initializer_list<std::string_view> texts) {
  AddressRanges made;
  for (const std::string_view text : texts) {
    EXPECT_TRUE(made.add(text)) << text;
  }
  return made;
}

TEST(AddressRanges, HoldSingleAddressesAndPrefixes) {
  const AddressRanges some = ranges({"10.1.2.3", "192.168.0.0/23", "fd00::/8", "2001:db8::1"});
  for (const auto* const in : {"10.1.2.3", "192.168.0.0", "192.168.1.255", "fdff::1", "2001:db8::1"}) {
    EXPECT_TRUE(some.contains(in)) << in;
  }
  for (const auto* const out : {"10.1.2.4", "192.168.2.0", "191.168.0.1", "fe00::1", "2001:db8::2", "", "x"}) {
    EXPECT_FALSE(some.contains(out)) << out;
  }
}

TEST(AddressRanges, AnIpv4AddressAtAnIpv6SocketIsTheSame) {
  EXPECT_TRUE(ranges({"10.0.0.0/8"}).contains("::ffff:10.9.9.9"));
  EXPECT_FALSE(ranges({"0.0.0.0/0"}).contains("::1"));
  EXPECT_TRUE(ranges({"::/0"}).contains("10.9.9.9"));
}

TEST(AddressRanges, AreEmptyAtFirst) {
  EXPECT_FALSE(AddressRanges().contains("127.0.0.1"));
}

TEST(AddressRanges, RefuseWhatIsNone) {
  AddressRanges some;
  for (const auto* const wrong : {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "::/129",
                                  "10.0.0/8", "10.0.0.0/8 "}) {
    EXPECT_FALSE(some.add(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace sluice::mysql
