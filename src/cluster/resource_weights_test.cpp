#include "cluster/resource_weights.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

TEST(ResourceWeights, FourNumbersWithBlanksAndFractions) {
  EXPECT_EQ(parse_resource_weights("1:1:1:1"), ResourceWeights{});
  EXPECT_EQ(parse_resource_weights(" 2 :0: 0.5 :1000"), (ResourceWeights{2, 0, 0.5, 1000}));
}

TEST(ResourceWeights, TextComesBack) {
  EXPECT_EQ(resource_weights_text({1, 0, 0.5, 3}), "1:0:0.5:3");
  EXPECT_EQ(parse_resource_weights(resource_weights_text({1, 0, 0.5, 3})), (ResourceWeights{1, 0, 0.5, 3}));
}

TEST(ResourceWeights, ErrorsNameTheNumber) {
  const auto error_of = [](std::string_view text) { return parse_resource_weights(text).error().message; };
  EXPECT_NE(error_of("1:1:1").find("network is missing"), std::string::npos);
  EXPECT_NE(error_of("1:1:1:1:1").find("more than four"), std::string::npos);
  EXPECT_NE(error_of("1:x:1:1").find("memory is 'x'"), std::string::npos);
  EXPECT_NE(error_of("").find("CPU is ''"), std::string::npos);
  EXPECT_NE(error_of("1:1:1:1:").find("more than four"), std::string::npos);
  EXPECT_NE(error_of("0:0:0:0").find("all weights are 0"), std::string::npos);
}

TEST(ResourceWeights, NumbersOutOfRangeAreRefused) {
  for (const auto* text : {"-1:1:1:1", "1001:1:1:1", "nan:1:1:1", "inf:1:1:1", "1e3:1:1:1", "1 1:1:1:1", "+1:1:1:1"}) {
    EXPECT_FALSE(parse_resource_weights(text)) << text;
  }
}

TEST(ResourceWeights, LongTextIsCutInTheError) {
  EXPECT_LT(parse_resource_weights(std::string(100'000, '7')).error().message.size(), 400U);
}

}  // namespace
}  // namespace sluice::cluster
