#include <gtest/gtest.h>

#include "database/database_for_test.h"
#include "metadb/meta_db.h"

namespace sluice::metadb {
namespace {

class SchemaTest : public database::DatabaseTest {};
SLUICE_ON_EACH_DATABASE(SchemaTest);

TEST_P(SchemaTest, is_made_and_can_be_repeated) {
  MetaDb meta_db = open();
  database::expect_done(migrate(meta_db));
  database::expect_done(migrate(meta_db));
  EXPECT_EQ(database::counted(database::schema_version(meta_db)), static_cast<std::int64_t>(migrations().size()));
  EXPECT_TRUE(meta_db.select({"name", "wanted"}, "FROM instances")) << "the schema is there";
}

TEST(Migrations, have_nothing_that_cannot_be_repeated) {
  for (const Migration& step : migrations()) {
    for (const std::string_view statement : step) {
      EXPECT_TRUE(statement.starts_with("CREATE TABLE IF NOT EXISTS") || statement.starts_with("REPLACE INTO"))
          << statement;
    }
  }
}

}  // namespace
}  // namespace sluice::metadb
