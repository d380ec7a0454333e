#include "ctl/statements.h"

#include <gtest/gtest.h>

#include "sql/management_parser.h"

namespace sluice::ctl {
namespace {

/// Everything that ends names, strings and statements.
const std::string evil = "a'`\"\\'; DROP BINLOG FOR TENANT `b`.`c` -- /* */ #\\";
const sql::TenantName evil_tenant{evil + ".", "." + evil};
const sql::InstanceName evil_instance{"FULL" + evil};

/// What a Binlog server reads in the statement.
template <typename Statement>
Statement read(const std::string& text) {
  auto parsed = sql::parse_management_statement(text, {});
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
  Statement* const statement = parsed ? std::get_if<Statement>(&*parsed) : nullptr;
  EXPECT_NE(statement, nullptr) << text;
  return statement == nullptr ? Statement() : std::move(*statement);
}

/// The same for statements that are for an instance.
template <typename Question>
Question read_question(const std::string& text) {
  auto ask = read<sql::AskInstance>(text);
  EXPECT_EQ(ask.instance, evil_instance);
  Question* const question = std::get_if<Question>(&ask.question);
  EXPECT_NE(question, nullptr) << text;
  return question == nullptr ? Question() : std::move(*question);
}

std::string text_in(const sql::Expression& expression) {
  const auto* const literal = std::get_if<sql::Literal>(&expression.node);
  return literal == nullptr ? "" : sql::text_of(literal->value).value_or("");
}

TEST(Statements, ShowNodes) {
  EXPECT_EQ(statement_of(sql::ShowNodes{}), "SHOW NODES");
  using By = sql::NodeFilter::By;
  for (const By by : {By::ip, By::zone, By::region, By::group}) {
    const auto show = read<sql::ShowNodes>(statement_of(sql::ShowNodes{sql::NodeFilter{by, evil}}));
    EXPECT_EQ(show.from->by, by);
    EXPECT_EQ(show.from->value, evil);
  }
}

TEST(Statements, ShowBinlogServer) {
  EXPECT_EQ(statement_of(sql::ShowBinlogServer{{"a", "b"}}), "SHOW BINLOG SERVER FOR TENANT `a`.`b`");
  EXPECT_EQ(read<sql::ShowBinlogServer>(statement_of(sql::ShowBinlogServer{evil_tenant})).tenant, evil_tenant);
}

TEST(Statements, ShowInstancesOfNames) {
  sql::ShowInstances show;
  EXPECT_EQ(statement_of(show), "SHOW BINLOG INSTANCES");
  show.names = {evil_instance, {"LIMIT"}};
  show.limit = {.offset = 2, .count = 3};
  const auto parsed = read<sql::ShowInstances>(statement_of(show));
  EXPECT_EQ(parsed.names, show.names);
  EXPECT_EQ(parsed.limit->offset, 2U);
  EXPECT_EQ(parsed.limit->count, 3U);
}

TEST(Statements, ShowInstancesOfATenantWithHistory) {
  sql::ShowInstances show;
  show.history = true;
  show.tenant = evil_tenant;
  const auto parsed = read<sql::ShowInstances>(statement_of(show));
  EXPECT_TRUE(parsed.history);
  EXPECT_EQ(parsed.tenant, evil_tenant);
}

TEST(Statements, ShowHistory) {
  const auto show = read<sql::ShowBinlogHistory>(
      statement_of(sql::ShowBinlogHistory{.tenant = evil_tenant, .limit = sql::Limit{.offset = 0, .count = 7}}));
  EXPECT_EQ(show.tenant, evil_tenant);
  EXPECT_EQ(show.limit->count, 7U);
}

sql::CreateBinlog creation() {
  sql::CreateBinlog create;
  create.tenant = evil_tenant;
  create.options.cluster_url = sql::SourceUrl{.kind = {}, .addresses = {}, .text = "mysql://192.0.2.7:3306"};
  return create;
}

TEST(Statements, CreateBinlogAtLeast) {
  sql::CreateBinlog create = creation();
  create.tenant = {"a", "b"};
  EXPECT_EQ(statement_of(create), "CREATE BINLOG FOR TENANT `a`.`b` WITH CLUSTER URL 'mysql://192.0.2.7:3306'");
}

TEST(Statements, CreateBinlogWithEverything) {
  sql::CreateBinlog create = creation();
  create.if_not_exists = true;
  create.replicate_num = 3;
  create.options.account = sql::SourceAccount{.user = evil, .password = "\\" + evil};
  create.options.start = sql::StartGtids{evil};
  create.options.others = {{"max_binlog_size", evil}, {"zone", "z"}};
  const auto parsed = read<sql::CreateBinlog>(statement_of(create));
  EXPECT_TRUE(parsed.if_not_exists);
  EXPECT_EQ(parsed.tenant, evil_tenant);
  EXPECT_EQ(parsed.replicate_num, 3U);
  EXPECT_EQ(parsed.options.account->user, evil);
  EXPECT_EQ(parsed.options.account->password, "\\" + evil);
  EXPECT_EQ(std::get<sql::StartGtids>(*parsed.options.start).text, evil);
  EXPECT_EQ(parsed.options.cluster_url->text, "mysql://192.0.2.7:3306");
  EXPECT_EQ(parsed.options.zone, "z");
  ASSERT_EQ(parsed.options.others.size(), 1U);
  EXPECT_EQ(parsed.options.others[0].value, evil);
}

TEST(Statements, CreateBinlogFromEveryPlace) {
  sql::CreateBinlog create = creation();
  create.options.start = sql::StartNow{};
  EXPECT_EQ(read<sql::CreateBinlog>(statement_of(create)).options.start->index(), create.options.start->index());
  create.options.start = sql::StartEarliest{};
  EXPECT_EQ(read<sql::CreateBinlog>(statement_of(create)).options.start->index(), create.options.start->index());
  for (const std::uint64_t time : {1'000'000ULL, 1'795'341'600'000'000ULL, 1'795'341'600'000'001ULL}) {
    create.options.start = sql::StartTime{time};
    const auto parsed = read<sql::CreateBinlog>(statement_of(create));
    EXPECT_EQ(std::get<sql::StartTime>(*parsed.options.start).microseconds, time);
  }
}

TEST(Statements, OptionNamesStayNames) {
  sql::CreateBinlog create = creation();
  create.options.others = {{"x` = 1, `y", "1"}};
  const auto parsed = read<sql::CreateBinlog>(statement_of(create));
  ASSERT_EQ(parsed.options.others.size(), 1U);
  EXPECT_EQ(parsed.options.others[0].key, "x` = 1, `y");
}

TEST(Statements, DropBinlog) {
  const auto drop =
      read<sql::DropBinlog>(statement_of(sql::DropBinlog{.if_exists = true, .tenant = evil_tenant, .delay = {3600}}));
  EXPECT_TRUE(drop.if_exists);
  EXPECT_EQ(drop.tenant, evil_tenant);
  EXPECT_EQ(drop.delay.seconds, 3600U);
  EXPECT_EQ(statement_of(sql::DropBinlog{.if_exists = false, .tenant = {"a", "b"}, .delay = {0}}),
            "DROP BINLOG FOR TENANT `a`.`b` NOW");
}

TEST(Statements, CreateInstance) {
  sql::CreateInstance create;
  create.name = {"b-1"};
  create.tenant = evil_tenant;
  EXPECT_EQ(read<sql::CreateInstance>(statement_of(create)).tenant, evil_tenant);
  create.options.others = {{"ip", evil}, {"other", evil}};
  const auto parsed = read<sql::CreateInstance>(statement_of(create));
  EXPECT_EQ(parsed.name, create.name);
  EXPECT_EQ(parsed.options.ip, evil);
  EXPECT_EQ(parsed.options.others.at(0).value, evil);
}

TEST(Statements, StartStopDropAndSwitch) {
  EXPECT_TRUE(read<sql::RunInstance>(statement_of(sql::RunInstance{.start = true, .name = evil_instance})).start);
  EXPECT_EQ(read<sql::RunInstance>(statement_of(sql::RunInstance{.start = false, .name = evil_instance})).name,
            evil_instance);
  const auto drop =
      read<sql::DropInstance>(statement_of(sql::DropInstance{.name = evil_instance, .force = true, .delay = {0}}));
  EXPECT_EQ(drop.name, evil_instance);
  EXPECT_TRUE(drop.force);
  EXPECT_EQ(drop.delay.seconds, 0U);
  const auto change = read<sql::SwitchMaster>(
      statement_of(sql::SwitchMaster{.to = evil_instance, .tenant = evil_tenant, .full = true}));
  EXPECT_EQ(change.to, evil_instance);
  EXPECT_EQ(change.tenant, evil_tenant);
  EXPECT_TRUE(change.full);
}

TEST(Statements, Rebalance) {
  EXPECT_TRUE(read<sql::RebalanceBinlog>(statement_of(sql::RebalanceBinlog{.dry_run = true})).dry_run);
  EXPECT_FALSE(read<sql::RebalanceBinlog>(statement_of(sql::RebalanceBinlog{})).dry_run);
}

TEST(Statements, SetParametersAtEveryLevel) {
  for (const sql::Level& level : {sql::Level(sql::WholeCluster{}), sql::Level(evil_tenant), sql::Level(evil_instance),
                                  sql::Level(sql::TenantName{"CLUSTER", "INSTANCE"})}) {
    const auto set = read<sql::SetParameters>(
        statement_of(sql::SetParameters{.level = level, .changes = {{"a", evil}, {"b", "-1"}, {"c", std::nullopt}}}));
    EXPECT_EQ(set.level, level);
    ASSERT_EQ(set.changes.size(), 3U);
    EXPECT_EQ(set.changes[0].value, evil);
    EXPECT_EQ(set.changes[1].value, "-1");
    EXPECT_EQ(set.changes[2].value, std::nullopt);
  }
}

TEST(Statements, AValueIsNeverTheWordDefault) {
  const auto set = read<sql::SetParameters>(
      statement_of(sql::SetParameters{.level = sql::WholeCluster{}, .changes = {{"a", "DEFAULT"}}}));
  EXPECT_EQ(set.changes.at(0).value, "DEFAULT");
}

TEST(Statements, ShowParametersAtEveryLevel) {
  EXPECT_EQ(show_parameters(std::nullopt, sql::WholeCluster{}), "SHOW PARAMETERS FOR CLUSTER");
  for (const sql::Level& level : {sql::Level(evil_tenant), sql::Level(evil_instance)}) {
    const auto show = read<sql::ShowParametersOf>(show_parameters("%" + evil, level));
    EXPECT_EQ(show.level, level);
    EXPECT_EQ(text_in(*show.filter.like), "%" + evil);
  }
}

TEST(Statements, OfOneInstance) {
  EXPECT_TRUE(read_question<sql::ShowProcessList>(show_processes(evil_instance, true)).full);
  EXPECT_FALSE(read_question<sql::ShowProcessList>(show_processes(evil_instance, false)).full);
  EXPECT_TRUE(read_question<sql::ShowDumpList>(show_dumps(evil_instance, true)).full);
  const auto ended = read_question<sql::Kill>(kill(evil_instance, 42, true));
  EXPECT_TRUE(ended.query_only);
  EXPECT_EQ(text_in(ended.id), "42");
  EXPECT_EQ(read_question<sql::PurgeLogs>(purge_to(evil_instance, evil)).to, evil);
  EXPECT_EQ(text_in(*read_question<sql::PurgeLogs>(purge_before(evil_instance, evil)).before), evil);
}

TEST(Statements, Accounts) {
  const auto create = read<sql::CreateUser>(
      statement_of(sql::CreateUser{.if_not_exists = true, .user = "repl'", .method = {}, .password = evil}));
  EXPECT_TRUE(create.if_not_exists);
  EXPECT_EQ(create.user, "repl'");
  EXPECT_EQ(create.password, evil);
  const auto set = read<sql::SetPassword>(statement_of(sql::SetPassword{.user = "repl\\", .password = evil}));
  EXPECT_EQ(set.user, "repl\\");
  EXPECT_EQ(set.password, evil);
  EXPECT_EQ(read<sql::SetPassword>(statement_of(sql::SetPassword{.user = {}, .password = evil})).user, std::nullopt);
  const auto drop = read<sql::DropUsers>(statement_of(sql::DropUsers{.if_exists = true, .users = {"a'", "`b"}}));
  EXPECT_TRUE(drop.if_exists);
  EXPECT_EQ(drop.users, (std::vector<std::string>{"a'", "`b"}));
}

}  // namespace
}  // namespace sluice::ctl
