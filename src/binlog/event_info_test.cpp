#include "binlog/event_info.h"

#include <gtest/gtest.h>

#include "binlog/gtid_event.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"

namespace sluice::binlog {
namespace {

std::string info(EventType type, ByteView body, std::uint16_t flags = 0) {
  EventHeader header;
  header.type = type;
  header.flags = flags;
  return event_info(header, body);
}

Bytes query(std::string_view database, std::string_view text, const Bytes& status_variables = {}) {
  QueryEvent event;
  event.database = database;
  event.text = text;
  event.status_variables = status_variables;
  return encode_query_event(event);
}

TEST(EventInfoTest, Queries) {
  EXPECT_EQ(info(EventType::query, query("d", "DROP TABLE t")), "use `d`; DROP TABLE t");
  EXPECT_EQ(info(EventType::query, query("odd`", "x")), "use `odd```; x");
  EXPECT_EQ(info(EventType::query, query("d", "BEGIN"), 8), "BEGIN");
  EXPECT_EQ(info(EventType::query, query("", "BEGIN")), "BEGIN");
}

TEST(EventInfoTest, TheXidOfADdlStandsAmongTheStatusVariables) {
  const Bytes before = {0, 1, 2, 3, 4, 12, 2, 'a', 0, 'b', 0, 6, 3, 's', 't', 'd'};
  Bytes variables = before;
  variables.insert(variables.end(), {17, 5, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(info(EventType::query, query("", "x", variables)), "x /* xid=5 */");
  variables.resize(variables.size() - 1);  // cut
  EXPECT_EQ(info(EventType::query, query("", "x", variables)), "x");
  EXPECT_EQ(info(EventType::query, query("", "x", {200, 17, 0})), "x");  // of a kind we do not know
}

TEST(EventInfoTest, RowsTellTheirFlags) {
  EXPECT_EQ(info(EventType::write_rows, Bytes{5, 0, 0, 0, 0, 0, 0, 0}), "table_id: 5");
  EXPECT_EQ(info(EventType::delete_rows, Bytes{5, 1, 0, 0, 0, 0, 1, 0}), "table_id: 261 flags: STMT_END_F");
  EXPECT_EQ(info(EventType::update_rows, Bytes{5, 0, 0, 0, 0, 0, 6, 0}),
            "table_id: 5 flags: NO_FOREIGN_KEY_CHECKS_F RELAXED_UNIQUE_CHECKS_F");
}

TEST(EventInfoTest, OtherEvents) {
  EXPECT_EQ(info(EventType::rotate, encode_rotate_event(4, "mysql-bin.000002")), "mysql-bin.000002;pos=4");
  EXPECT_EQ(info(EventType::rows_query, encode_rows_query_event("DELETE")), "# DELETE");
  EXPECT_EQ(info(EventType::xid, Bytes{7, 0, 0, 0, 0, 0, 0, 0}), "COMMIT /* xid=7 */");
  XaPrepareEvent xa;
  xa.global_id = "a";
  xa.format_id = 1;
  EXPECT_EQ(info(EventType::xa_prepare, encode_xa_prepare_event(xa)), "XA PREPARE X'61',X'',1");
  EXPECT_EQ(info(EventType::stop, {}), "");
}

TEST(EventInfoTest, BodiesThatAreNotWhatTheyShouldBeTellNothing) {
  for (int type = 0; type < 256; ++type) {
    EXPECT_EQ(info(static_cast<EventType>(type), {}), "") << type;
  }
}

}  // namespace
}  // namespace sluice::binlog
