#include "ctl/table.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

using mysql::ColumnType;
using mysql::QueryResult;

QueryResult made_of(std::vector<std::string> columns, std::vector<mysql::Row> rows,
                    std::vector<ColumnType> types = {}) {
  return {.columns = std::move(columns), .types = std::move(types), .rows = std::move(rows), .ok = {}};
}

TEST(Table, ColumnsAreAlignedByWhatIsSeen) {
  const auto result = made_of({"name", "state"}, {{"订单", "Running"}, {"a", "Stop"}});
  EXPECT_EQ(render_table(result, {}), "name  state\n订单  Running\na     Stop\n");
}

TEST(Table, NumbersStandToTheRight) {
  const auto result =
      made_of({"port", "id"}, {{"80", "x"}, {"12345", "y"}}, {ColumnType::longlong, ColumnType::var_string});
  EXPECT_EQ(render_table(result, {}), " port  id\n   80  x\n12345  y\n");
}

TEST(Table, NullIsADashAndEmptyTextIsEmpty) {
  EXPECT_EQ(render_table(made_of({"a", "b", "c"}, {{std::nullopt, "", "x"}}), {}), "a  b  c\n-     x\n");
}

TEST(Table, NoSpaceEndsALine) {
  EXPECT_EQ(render_table(made_of({"a", "long"}, {{"x", ""}}), {}), "a  long\nx\n");
}

TEST(Table, ValuesCannotBreakItsLines) {
  EXPECT_EQ(render_table(made_of({"a\tb"}, {{"x\ny"}}), {}), "a\\tb\nx\\ny\n");
}

TEST(Table, LongValuesAreCutUnlessAllIsWished) {
  const std::string text(100, 'x');
  const auto result = made_of({"a"}, {{text}});
  EXPECT_EQ(render_table(result, {}), "a\n" + std::string(cell_width_max - 1, 'x') + "…\n");
  EXPECT_EQ(render_table(result, {.full = true}), "a\n" + text + "\n");
  EXPECT_EQ(render_table(result, {.vertical = true}), "*** 1 of 1 ***\na: " + text + "\n");
}

TEST(Table, VerticallyThereIsALineAValue) {
  const auto result = made_of({"id", "state"}, {{"1", std::nullopt}, {"2", ""}});
  EXPECT_EQ(render_table(result, {.vertical = true}),
            "*** 1 of 2 ***\n   id: 1\nstate: -\n*** 2 of 2 ***\n   id: 2\nstate:\n");
}

TEST(Table, WithoutRowsThereAreTheNames) {
  EXPECT_EQ(render_table(made_of({"a", "b"}, {}), {}), "a  b\n");
  EXPECT_EQ(render_table({}, {}), "");
}

}  // namespace
}  // namespace sluice::ctl
