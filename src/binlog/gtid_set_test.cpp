#include "binlog/gtid_set.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

const std::string a = "aaaaaaaa-0000-0000-0000-000000000001";
const std::string b = "bbbbbbbb-0000-0000-0000-000000000002";

const GtidSource source_a{*parse_uuid(a), ""};

GtidSet set_of(std::string_view text) {
  return parse_gtid_set(text).value();
}

TEST(GtidSet, AddingNextToTheEndExtendsTheLastInterval) {
  GtidSet set;
  for (std::uint64_t number = 1; number <= 5; ++number)
    set.add({source_a, number});
  EXPECT_EQ(set.text(), a + ":1-5");
}

TEST(GtidSet, AddingIntoAGapJoinsBothSides) {
  GtidSet set = set_of(a + ":1-3:5-7:9");
  set.add({source_a, 4});
  EXPECT_EQ(set.text(), a + ":1-7:9");
}

TEST(GtidSet, AddingOverSeveralIntervalsSwallowsThem) {
  GtidSet set = set_of(a + ":1:4:7:10:20");
  set.add(source_a, {3, 11});
  EXPECT_EQ(set.text(), a + ":1:3-10:20");
}

TEST(GtidSet, AddingBeforeAllElse) {
  GtidSet set = set_of(a + ":10");
  set.add({source_a, 1});
  EXPECT_EQ(set.text(), a + ":1:10");
}

TEST(GtidSet, AddingWhatIsThereChangesNothing) {
  GtidSet set = set_of(a + ":1-9:20-30");
  const GtidSet before = set;
  set.add(source_a, {2, 5});
  set.add(source_a, {25, 31});
  set.add(set);
  EXPECT_EQ(set, before);
}

TEST(GtidSet, TheLargestNumberFits) {
  GtidSet set;
  set.add({source_a, gtid_number_max});
  EXPECT_EQ(set.text(), a + ":9223372036854775806");
  EXPECT_EQ(decode_gtid_set(set.encode()).value(), set);
}

TEST(GtidSet, ContainsLooksAtUuidTagAndNumber) {
  const GtidSet set = set_of(a + ":2-4:8:tag:1");
  EXPECT_TRUE(set.contains(source_a, 4));
  EXPECT_FALSE(set.contains(source_a, 5));
  EXPECT_FALSE(set.contains(source_a, 1));
  EXPECT_TRUE(set.contains({source_a.uuid, "tag"}, 1));
  EXPECT_FALSE(set.contains({source_a.uuid, "other"}, 1));
  EXPECT_FALSE(set.contains({*parse_uuid(b), ""}, 2));
}

TEST(GtidSet, SubsetNeedsEveryInterval) {
  const GtidSet set = set_of(a + ":1-5:8-9," + b + ":1-100");
  EXPECT_TRUE(GtidSet().is_subset_of(set));
  EXPECT_TRUE(set.is_subset_of(set));
  EXPECT_TRUE(set_of(a + ":2-3:9").is_subset_of(set));
  EXPECT_FALSE(set_of(a + ":5-6").is_subset_of(set));
  EXPECT_FALSE(set_of(a + ":5-8").is_subset_of(set));
  EXPECT_FALSE(set_of(a + ":tag:1").is_subset_of(set));
  EXPECT_FALSE(set.is_subset_of(GtidSet()));
}

TEST(GtidSet, RemovingCutsSplitsAndEmpties) {
  GtidSet set = set_of(a + ":1-10:20-30:40," + b + ":1-3");
  set.remove(set_of(a + ":3-4:9-21:30-50," + b + ":1-9"));
  EXPECT_EQ(set.text(), a + ":1-2:5-8:22-29");
}

TEST(GtidSet, RemovingOneGtid) {
  GtidSet set = set_of(a + ":1-3");
  set.remove({source_a, 2});
  EXPECT_EQ(set.text(), a + ":1:3");
  set.remove({source_a, 1});
  set.remove({source_a, 3});
  EXPECT_TRUE(set.empty());
}

TEST(GtidSet, RemovingItselfLeavesNothing) {
  GtidSet set = set_of(a + ":1-3");
  set.remove(set);
  EXPECT_TRUE(set.empty());
}

TEST(GtidSet, OfSourcesInKeepsAllNumbersOfThose) {
  const GtidSet set = set_of(a + ":1-9:tag:5," + b + ":1-3");
  EXPECT_EQ(set.of_sources_in(set_of(a + ":77")).text(), a + ":1-9");
  EXPECT_TRUE(set.of_sources_in(GtidSet()).empty());
}

TEST(GtidSetText, TagsFollowTheirUuidAndSourcesAreSorted) {
  const GtidSet set = set_of(b + ":1," + a + ":zz:3-4," + a + ":tag:1-2:9," + a + ":7");
  EXPECT_EQ(set.text(), a + ":7:tag:1-2:9:zz:3-4," + b + ":1");
  EXPECT_EQ(set.text(",\n"), a + ":7:tag:1-2:9:zz:3-4,\n" + b + ":1");
}

// Bodies of PREVIOUS_GTIDS events written by MySQL 5.6.24 and 9.7.4.

TEST(GtidSetBinary, EmptySetOf56) {
  const Bytes body = *from_hex("0000000000000000");
  EXPECT_TRUE(decode_gtid_set(body).value().empty());
  EXPECT_EQ(GtidSet().encode(), body);
}

TEST(GtidSetBinary, UntaggedSetOf56RoundTrips) {
  const Bytes body =
      *from_hex("010000000000000091f3dbaae68e11f1acf102fc00000001010000000000000001000000000000000700000000000000");
  const GtidSet set = decode_gtid_set(body).value();
  EXPECT_EQ(set.text(), "91f3dbaa-e68e-11f1-acf1-02fc00000001:1-6");
  EXPECT_EQ(set.encode(), body);
}

TEST(GtidSetBinary, TaggedSetOf97RoundTrips) {
  const Bytes body = *from_hex(
      "0105000000000001c3d70aece68d11f194c102fc0000000100010000000000000001000000000000000400000000000000"
      "c3d70aece68d11f194c102fc0000000140615f766572795f6c6f6e675f7461675f6f665f33325f63686172616374657273"
      "010000000000000001000000000000000200000000000000"
      "c3d70aece68d11f194c102fc000000010874616731010000000000000001000000000000000300000000000000"
      "ffffffffeeeeddddccccbbbbbbbbbbbb40615f766572795f6c6f6e675f7461675f6f665f33325f63686172616374657273"
      "0100000000000000fdffffffffffff7fffffffffffffff7f"
      "ffffffffeeeeffffccccbbbbbbbbbbbb000100000000000000fdffffffffffff7ffeffffffffffff7f");
  const GtidSet set = decode_gtid_set(body).value();
  EXPECT_EQ(set.text(),
            "c3d70aec-e68d-11f1-94c1-02fc00000001:1-3:a_very_long_tag_of_32_characters:1:tag1:1-2,"
            "ffffffff-eeee-dddd-cccc-bbbbbbbbbbbb:a_very_long_tag_of_32_characters:"
            "9223372036854775805-9223372036854775806,ffffffff-eeee-ffff-cccc-bbbbbbbbbbbb:9223372036854775805");
  EXPECT_EQ(set.encode(), body);
}

}  // namespace
}  // namespace sluice::binlog
