#include "answers/report.h"

#include <gtest/gtest.h>

#include "answers/made_up_server.h"
#include "answers/statement_executor.h"

namespace sluice::answers {
namespace {

TEST(Report, HasTheColumnsInTheirOrder) {
  MadeUpServer server;
  InstanceReport& report = server.its_report;
  report = {.convert_running = true,
            .convert_delay = 1,
            .convert_rps = 2,
            .convert_eps = 3,
            .convert_iops = 4,
            .dumps = 5,
            .min_dump_checkpoint = 6,
            .boundaries = {},
            .gtids_purged = "u:1-2",
            .convert_checkpoint = 9,
            .dump_errors = 10,
            .purged_checkpoint = 11,
            .first_log_file = "mysql-bin.000002",
            .log_file = "mysql-bin.000004",
            .log_position = 12,
            .capture_state = "stopped",
            .capture_error = "it is away"};
  report.boundaries = {{.time = 100, .file = "mysql-bin.000002", .gtids = "u:1-2", .count = 2},
                       {.time = 101, .file = "mysql-bin.000003", .gtids = "u:1-3,v:1", .count = 4}};
  StatementExecutor session(server, {.connection_id = 1});
  EXPECT_EQ(shown(session.execute("REPORT 77")),
            "convert_running|convert_delay|convert_rps|convert_eps|convert_"
            "iops|nof_dump|min_dump_checkpoint|"
            "incr_gtid_seq|last_gtid_purged|convert_checkpoint|dump_error_"
            "count|last_checkpoint_purged|first_log_file|log_file|log_position|capture_state|capture_error: "
            "1|1|2|3|4|5|6|100#mysql-bin.000002#u:1-2#2|101#mysql-bin.000003#u:"
            "1-3,v:1#4|u:1-2|9|10|11|mysql-bin.000002|mysql-bin.000004|12|stopped|it is away");
  EXPECT_EQ(server.reported_since, 77U);
}

TEST(Report, ADelayIsNotKnownBeforeTheFirstCapture) {
  const SqlRows rows = answer_report({});
  ASSERT_EQ(rows.columns.at(1).name, "convert_delay");
  EXPECT_EQ(rows.rows.at(0).at(1), std::nullopt);
  EXPECT_EQ(rows.rows.at(0).at(0), "0");
}

}  // namespace
}  // namespace sluice::answers
