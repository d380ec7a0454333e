#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "manage/cluster_parameter.h"

namespace sluice::manage {
namespace {

std::string_view word(NarrowestLevel level) {
  switch (level) {
    case NarrowestLevel::cluster:
      return "cluster";
    case NarrowestLevel::tenant:
      return "tenant";
    case NarrowestLevel::instance:
      break;
  }
  return "instance";
}

/// The row of the manual's table up to the meaning, which is free.
std::string manual_row(const ClusterParameter& one) {
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |", one.name, one.usual, allowed_values(one), one.unit,
                     word(one.narrowest), one.needs_restart ? "yes" : "no");
}

/// The rows of the manual that begin with a name.
std::vector<std::string> rows_of_manual() {
  constexpr std::size_t size_max = 1U << 20U;
  const auto text = read_file(SLUICE_SOURCE_DIR "/docs/parameters.md", size_max);
  std::vector<std::string> rows;
  for (std::size_t begin = 0; text && begin < text->size();) {
    const std::size_t end = text->find('\n', begin);
    if (text->compare(begin, 3, "| `") == 0) rows.push_back(text->substr(begin, end - begin));
    begin = end == std::string::npos ? end : end + 1;
  }
  return rows;
}

TEST(ClusterParameter, TheManualHasAllOfThemAsTheyAre) {
  const auto rows = rows_of_manual();
  const auto all = cluster_parameters();
  ASSERT_EQ(rows.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_TRUE(rows[i].starts_with(manual_row(all[i]))) << rows[i] << "\nhas to begin\n" << manual_row(all[i]);
}

TEST(ClusterParameter, ItsUsualValueIsAllowed) {
  for (const ClusterParameter& one : cluster_parameters()) {
    const auto value = check_parameter(one, one.usual);
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(*value, one.usual);
  }
}

}  // namespace
}  // namespace sluice::manage
