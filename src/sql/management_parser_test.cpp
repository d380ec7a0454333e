#include "sql/management_parser.h"

#include <gtest/gtest.h>

namespace sluice::sql {
namespace {

/// Writes a statement as the tests compare it: its kind and all in it that is not as usual, passwords included.
class Writer {
 public:
  std::string operator()(const ShowNodes& it) { return "nodes" + text(it.from); }
  std::string operator()(const ShowBinlogServer& it) { return "server" + text(it.tenant); }
  std::string operator()(const CreateBinlog& it) {
    return "create" + flag(it.if_not_exists, "ifnot") + text(it.tenant) + text("num", it.replicate_num) +
           text(it.options);
  }
  std::string operator()(const DropBinlog& it) {
    return "drop" + flag(it.if_exists, "if") + text(it.tenant) + text("defer", it.delay.seconds);
  }
  std::string operator()(const ShowBinlogStatus& it) { return "status" + text(it.tenant); }
  std::string operator()(const CreateInstance& it) {
    return "create_instance " + it.name.text + text(it.tenant) + text(it.options);
  }
  std::string operator()(const RunInstance& it) {
    return (it.start ? "start " : "stop ") + it.name.text +
           flag(it.part == RunInstance::Part::process_only, "process") +
           flag(it.part == RunInstance::Part::obcdc_only, "obcdc");
  }
  std::string operator()(const DropInstance& it) {
    return "drop_instance " + it.name.text + flag(it.force, "force") + text("defer", it.delay.seconds);
  }
  std::string operator()(const SwitchMaster& it) {
    return "switch " + it.to.text + text(it.tenant) + flag(it.full, "full");
  }
  std::string operator()(const ShowInstances& it) {
    std::string result = it.history ? "history_instances" : "instances";
    for (const InstanceName& name : it.names) {
      result += " " + name.text;
    }
    return result + text(it.tenant) + text(it.from) + text(it.limit);
  }
  std::string operator()(const ShowBinlogHistory& it) { return "history" + text(it.tenant) + text(it.limit); }
  std::string operator()(const RebalanceBinlog& it) { return "rebalance" + flag(it.dry_run, "dry"); }
  std::string operator()(const ShowParametersOf& it) {
    return "parameters" + text(it.level) + flag(it.filter.like.has_value(), "like") +
           flag(it.filter.where.has_value(), "where");
  }
  std::string operator()(const SetParameters& it) {
    std::string result = "set" + text(it.level);
    for (const ParameterChange& change : it.changes) {
      result += " " + change.key + (change.value ? "=" + *change.value : ":default");
    }
    return result;
  }
  std::string operator()(const AskInstance& it) {
    return "ask " + it.instance.text + " " + std::to_string(it.question.index());
  }
  std::string operator()(const PurgeForTenant& it) { return "purge" + text(it.tenant); }
  std::string operator()(const CreateUser& it) { return "create_user" + flag(it.if_not_exists, "ifnot") + login(it); }
  std::string operator()(const AlterUser& it) { return "alter_user" + flag(it.if_exists, "if") + login(it); }
  std::string operator()(const SetPassword& it) { return "password" + text("user", it.user) + " " + it.password; }
  std::string operator()(const DropUsers& it) {
    std::string result = "drop_users" + flag(it.if_exists, "if");
    for (const std::string& user : it.users) {
      result += " " + user;
    }
    return result;
  }
  std::string operator()(const ChangeAdministrator& it) { return (it.grant ? "grant " : "revoke ") + it.user; }
  std::string operator()(const ShowUsers&) { return "users"; }
  std::string operator()(const Statement& it) { return "statement " + std::to_string(it.index()); }

 private:
  static std::string flag(bool set, std::string_view name) { return set ? " " + std::string(name) : ""; }
  static std::string text(const TenantName& name) { return " [" + name.cluster + "|" + name.tenant + "]"; }
  static std::string text(const std::optional<TenantName>& name) { return name ? text(*name) : ""; }
  static std::string text(const std::optional<Limit>& limit) {
    return limit ? " limit=" + std::to_string(limit->offset) + "," + std::to_string(limit->count) : "";
  }
  static std::string text(const std::optional<NodeFilter>& filter) {
    static constexpr std::string_view names[] = {"ip", "zone", "region", "group"};
    return filter ? " " + std::string(names[static_cast<int>(filter->by)]) + "=" + filter->value : "";
  }
  static std::string text(const Level& level) {
    if (const auto* tenant = std::get_if<TenantName>(&level)) return text(*tenant);
    const auto* instance = std::get_if<InstanceName>(&level);
    return instance == nullptr ? " cluster" : " " + instance->text;
  }
  static std::string text(std::string_view name, const std::optional<std::string>& value) {
    return value ? " " + std::string(name) + "=" + *value : "";
  }
  static std::string text(std::string_view name, const std::optional<std::uint32_t>& value) {
    return value ? text(name, std::optional(std::to_string(*value))) : "";
  }
  static std::string text(const StartPoint& start) {
    if (const auto* time = std::get_if<StartTime>(&start)) return " us=" + std::to_string(time->microseconds);
    if (const auto* gtids = std::get_if<StartGtids>(&start)) return " gtid=" + gtids->text;
    return std::holds_alternative<StartEarliest>(start) ? " earliest" : " now";
  }
  static std::string text(const CreationOptions& options) {
    std::string result;
    if (options.cluster_url) result += " url=" + options.cluster_url->text;
    if (options.account) result += " account=" + options.account->user + "/" + options.account->password;
    if (options.start) result += text(*options.start);
    result += text("uuid", options.server_uuid);
    if (options.pinned) result += " pin=" + options.pinned->id + "/" + std::to_string(options.pinned->number);
    result += text("ip", options.ip) + text("zone", options.zone) + text("region", options.region) +
              text("group", options.group);
    for (const Option& option : options.others) {
      result += " " + option.key + "=" + option.value;
    }
    return result;
  }
  template <typename User>
  static std::string login(const User& user) {
    static constexpr std::string_view names[] = {" ", " native ", " sha2 "};
    return " " + user.user + std::string(names[static_cast<int>(user.method)]) + user.password;
  }
};

/// The statement, or the error's number and text.
std::string read(std::string_view text, const ParseRules& rules = {}) {
  const auto statement = parse_management_statement(text, rules);
  if (!statement) return std::to_string(statement.error().code) + " " + statement.error().message;
  return std::visit(Writer(), *statement);
}

int code_of(std::string_view text) {
  const auto statement = parse_management_statement(text, {});
  return statement ? 0 : statement.error().code;
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

// Every form that the vendor's documentation has.
TEST(ManagementParser, NodesAndServers) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"SHOW NODES", "nodes"},
           {"show nodes from ip '192.0.2.1';", "nodes ip=192.0.2.1"},
           {"SHOW NODES FROM ZONE \"z 1\"", "nodes zone=z 1"},
           {"SHOW NODES FROM REGION 'it''s'", "nodes region=it's"},
           {"SHOW NODES FROM GROUP ''", "nodes group="},
           {"SHOW BINLOG SERVER FOR TENANT `c`.`t`", "server [c|t]"},
           {"show binlog server for tenant `c`.`t` ", "server [c|t]"},
           {"SHOW BINLOG SERVER", "1236 tenant is not specified"},
           {"SHOW BINLOG SERVER;", "1236 tenant is not specified"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, TenantStatements) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"CREATE BINLOG FOR TENANT `c`.`t` WITH CLUSTER URL 'http://h/s?x=1'", "create [c|t] url=http://h/s?x=1"},
           {"CREATE BINLOG IF NOT EXISTS FOR TENANT c.t TO USER `u` PASSWORD `p` FROM 1700000000 WITH CLUSTER URL "
            "'mysql://a',"
            " SERVER UUID '6A2C4C3E-0000-0000-0000-0123456789AB', INITIAL_TRX_XID 'x', INITIAL_TRX_GTID_SEQ '31',"
            " REPLICATE NUM 2, throttle_convert_rps = 5, Max_Binlog_Size='1G', f=ON;",
            "create ifnot [c|t] num=2 url=mysql://a account=u/p us=1700000000000000 "
            "uuid=6a2c4c3e-0000-0000-0000-0123456789ab pin=x/31 throttle_convert_rps=5 max_binlog_size=1G f=ON"},
           {"CREATE BINLOG FOR TENANT c.t FROM 1700000000123456 WITH REPLICATE NUM = 3, CLUSTER URL = 'mysql://a'",
            "create [c|t] num=3 url=mysql://a us=1700000000123456"},
           {"ALTER BINLOG `c`.`t` SET k = 'v', l = -1, m = 4G, n = DEFAULT, o = 'DEFAULT', p = +2",
            "set [c|t] k=v l=-1 m=4G n:default o=DEFAULT p=2"},
           {"DROP BINLOG FOR TENANT c.t", "drop [c|t]"},
           {"DROP BINLOG IF EXISTS FOR TENANT `c`.`t` NOW", "drop if [c|t] defer=0"},
           {"DROP BINLOG FOR TENANT c.t DEFER 7200", "drop [c|t] defer=7200"},
           {"SHOW BINLOG STATUS", "status"},
           {"SHOW BINLOG STATUS FOR TENANT c.t", "status [c|t]"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, InstanceStatements) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"CREATE BINLOG INSTANCE `a1` FOR `c`.`t`", "create_instance a1 [c|t]"},
           {"CREATE BINLOG INSTANCE a1 FOR c.t CLUSTER_URL = 'mysql://a', START_TIMESTAMP=1700000000, "
            "CLUSTER_USER='u', "
            "CLUSTER_PASSWORD='p', ROOTSERVER_LIST='r', EXTRA_OBCDC_CFG='k=v k=v', IP='i', ZONE='z', REGION=r, "
            "GROUP='g', "
            "_INITIAL_OB_TXN_ID='x', _INITIAL_OB_TXN_GTID_SEQ=7, failover=0",
            "create_instance a1 [c|t] url=mysql://a account=u/p us=1700000000000000 pin=x/7 ip=i zone=z region=r "
            "group=g "
            "rootserver_list=r extra_obcdc_cfg=k=v k=v failover=0"},
           {"CREATE BINLOG INSTANCE a-1 FOR c.t", "1064"},
           {"CREATE BINLOG INSTANCE `a-1` FOR TENANT c.t server uuid '00000000-0000-0000-0000-000000000001'",
            "create_instance a-1 [c|t] uuid=00000000-0000-0000-0000-000000000001"},
           {"ALTER BINLOG INSTANCE `a1` SET throttle_dump_iops = 0", "set a1 throttle_dump_iops=0"},
           {"START BINLOG INSTANCE a1", "start a1"},
           {"START BINLOG INSTANCE a1 PROCESS_ONLY", "start a1 process"},
           {"STOP BINLOG INSTANCE a1 OBCDC_ONLY", "stop a1 obcdc"},
           {"STOP BINLOG INSTANCE a1", "stop a1"},
           {"DROP BINLOG INSTANCE a1", "drop_instance a1"},
           {"DROP BINLOG INSTANCE a1 FORCE", "drop_instance a1 force"},
           {"DROP BINLOG INSTANCE a1 FORCE NOW", "drop_instance a1 force defer=0"},
           {"DROP BINLOG INSTANCE a1 DEFER 60", "drop_instance a1 defer=60"},
           {"SWITCH MASTER INSTANCE TO a1 FOR TENANT c.t", "switch a1 [c|t]"},
           {"SWITCH MASTER INSTANCE TO a1 FOR TENANT c.t FULL", "switch a1 [c|t] full"},
       }) {
    EXPECT_TRUE(read(text).starts_with(expected)) << text << "\n" << read(text);
  }
}

TEST(ManagementParser, ShowInstances) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"SHOW BINLOG INSTANCE a1", "instances a1"},
           {"SHOW HISTORY BINLOG INSTANCE a1;", "history_instances a1"},
           {"SHOW BINLOG INSTANCES", "instances"},
           {"SHOW BINLOG INSTANCES;", "instances"},
           {"SHOW BINLOG INSTANCES a, `b`, c LIMIT 5", "instances a b c limit=0,5"},
           {"SHOW BINLOG INSTANCES FOR `c`.`t` LIMIT 5, 10", "instances [c|t] limit=5,10"},
           {"SHOW BINLOG INSTANCES FOR TENANT c.t LIMIT 10 OFFSET 5", "instances [c|t] limit=5,10"},
           {"SHOW HISTORY BINLOG INSTANCES FROM IP '192.0.2.1' LIMIT 1", "history_instances ip=192.0.2.1 limit=0,1"},
           {"SHOW BINLOG INSTANCES LIMIT 0", "instances limit=0,0"},
           {"SHOW BINLOG HISTORY", "history"},
           {"SHOW BINLOG HISTORY FOR TENANT c.t LIMIT 3", "history [c|t] limit=0,3"},
           {"SHOW BINLOG HISTORY LIMIT 1, 2", "history limit=1,2"},
           {"REBALANCE BINLOG", "rebalance"},
           {"REBALANCE BINLOG DRY RUN", "rebalance dry"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, StatementsForAnInstance) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"SHOW PROCESSLIST FOR INSTANCE x", "ask x 0"},
           {"SHOW FULL PROCESSLIST FOR INSTANCE `x y`;", "ask x y 0"},
           {"SHOW BINLOG DUMPLIST FOR INSTANCE x", "ask x 1"},
           {"SHOW FULL BINLOG DUMPLIST FOR INSTANCE x", "ask x 1"},
           {"KILL 7 FOR INSTANCE x", "ask x 2"},
           {"KILL CONNECTION 7 FOR INSTANCE x", "ask x 2"},
           {"PURGE BINARY LOGS TO 'f' FOR INSTANCE x", "ask x 3"},
           {"PURGE BINARY LOGS BEFORE NOW() - INTERVAL 1 DAY FOR INSTANCE x", "ask x 3"},
           {"SHOW GLOBAL VARIABLES LIKE 'a%' FOR INSTANCE x", "ask x 4"},
           {"SHOW VARIABLES WHERE Variable_name IN ('a', 'FOR INSTANCE b') FOR INSTANCE x", "ask x 4"},
           {"SHOW VARIABLES FOR INSTANCE x", "ask x 4"},
           {"SHOW STATUS LIKE 'a' FOR INSTANCE x", "ask x 5"},
           {"SHOW MASTER STATUS FOR INSTANCE x", "ask x 6"},
           {"SHOW BINARY LOGS FOR INSTANCE x", "ask x 7"},
           {"SHOW BINLOG EVENTS IN 'f' FROM 4 LIMIT 2 FOR INSTANCE x", "ask x 8"},
           {"PURGE BINARY LOGS TO 'f' FOR TENANT c.t", "purge [c|t]"},
           {"PURGE BINARY LOGS TO 'f'", "1236 Binlog instance is not specified"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, WhatAnInstanceIsAskedKeepsItsParts) {
  const auto kill = parse_management_statement("KILL QUERY 7 FOR INSTANCE x", {});
  EXPECT_TRUE(std::get<Kill>(std::get<AskInstance>(*kill).question).query_only);
  const auto purge = parse_management_statement("PURGE MASTER LOGS TO 'f' FOR INSTANCE x", {});
  EXPECT_EQ(std::get<PurgeLogs>(std::get<AskInstance>(*purge).question).to, "f");
  const auto list = parse_management_statement("SHOW FULL PROCESSLIST FOR INSTANCE x", {});
  EXPECT_TRUE(std::get<ShowProcessList>(std::get<AskInstance>(*list).question).full);
}

TEST(ManagementParser, Parameters) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"SHOW PARAMETERS", "parameters cluster"},
           {"SHOW PARAMETERS LIKE 'a%'", "parameters cluster like"},
           {"SHOW PARAMETERS LIKE 'a%' FOR CLUSTER", "parameters cluster like"},
           {"SHOW PARAMETERS FOR TENANT c.t", "parameters [c|t]"},
           {"SHOW PARAMETERS WHERE name = 'x' FOR INSTANCE i;", "parameters i where"},
           {"ALTER BINLOG CLUSTER SET a = 1", "set cluster a=1"},
           {"ALTER BINLOG CLUSTER.t SET a = 1", "set [CLUSTER|t] a=1"},
           {"ALTER BINLOG instance.t SET a = 1", "set [instance|t] a=1"},
           {"ALTER BINLOG `CLUSTER`.`INSTANCE` SET `a` = `b`", "set [CLUSTER|INSTANCE] a=b"},
           {"SET GLOBAL a = 1, GLOBAL b = 'x', c = DEFAULT FOR TENANT c.t", "set [c|t] a=1 b=x c:default"},
           {"SET GLOBAL a := ON FOR INSTANCE i;", "set i a=ON"},
           {"SET GLOBAL global = 1 FOR CLUSTER", "set cluster global=1"},
           {"SET GLOBAL a = 1", "statement 1"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, Accounts) {
  for (const auto& [text, expected] : std::initializer_list<Case>{
           {"SET PASSWORD FOR u = PASSWORD('x')", "password user=u x"},
           {"SET PASSWORD FOR 'u'@'%' = 'x';", "password user=u x"},
           {"SET PASSWORD = PASSWORD ( \"x\" )", "password x"},
           {"CREATE USER u IDENTIFIED BY 'x'", "create_user u x"},
           {"CREATE USER IF NOT EXISTS `u`@`%` IDENTIFIED WITH mysql_native_password BY 'x'",
            "create_user ifnot u native x"},
           {"ALTER USER IF EXISTS 'u' IDENTIFIED WITH 'caching_sha2_password' BY 'x'", "alter_user if u sha2 x"},
           {"ALTER USER u IDENTIFIED BY ''", "alter_user u "},
           {"DROP USER IF EXISTS a, 'b'@'%'", "drop_users if a b"},
           {"GRANT ALL PRIVILEGES ON *.* TO 'u'@'%'", "grant u"},
           {"revoke all on *.* from u;", "revoke u"},
           {"SHOW USERS", "users"},
           {"show accounts;", "users"},
       }) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(ManagementParser, WrongAccountStatements) {
  for (const std::string_view text :
       {"GRANT SELECT ON *.* TO u", "GRANT ALL ON d.* TO u", "CREATE USER u@localhost IDENTIFIED BY 'x'",
        "CREATE USER u IDENTIFIED WITH p AS 'x'", "CREATE USER a IDENTIFIED BY 'x', b IDENTIFIED BY 'y'"}) {
    EXPECT_TRUE(code_of(text) == 1235 || code_of(text) == 1236) << text;
  }
  for (const std::string_view text :
       {"CREATE USER u", "CREATE USER u IDENTIFIED BY x", "CREATE USER IDENTIFIED BY 'x'x", "DROP USER", "DROP USER a,",
        "SET PASSWORD", "SET PASSWORD FOR u", "SET PASSWORD = PASSWORD('x'", "SET PASSWORD = x",
        "SHOW USERS LIKE 'x'"}) {
    EXPECT_EQ(code_of(text), 1064) << text;
  }
  EXPECT_EQ(read("DROP USER a, a"), "1236 The account 'a' is given twice");
  EXPECT_EQ(read("CREATE USER '' IDENTIFIED BY 'x'"), "1236 The account's name cannot be empty");
  EXPECT_EQ(read("SET PASSWORD = '" + std::string(257, 'x') + "'"), "1236 The password is longer than 256 bytes");
}

TEST(ManagementParser, WhereALogBegins) {
  const std::string create = "CREATE BINLOG FOR TENANT c.t FROM ";
  const std::string with = " WITH CLUSTER URL 'mysql://a'";
  for (const auto& [from, expected] : std::initializer_list<Case>{{"NOW", " now"},
                                                                  {"EARLIEST", " earliest"},
                                                                  {"GTID 'u:1-5'", " gtid=u:1-5"},
                                                                  {"1", " us=1000000"},
                                                                  {"'1700000000'", " us=1700000000000000"},
                                                                  {"9999999999", " us=9999999999000000"},
                                                                  {"0000000000000001", " us=1"}}) {
    EXPECT_EQ(read(create + std::string(from) + with), "create [c|t] url=mysql://a" + std::string(expected));
  }
  for (const std::string_view from : {"0", "10000000000", "170000000012345", "17000000001234567", "1.5", "'2026-01-01'",
                                      "0000000000000000", "99999999999999999999"}) {
    EXPECT_EQ(
        read(create + std::string(from) + with),
        "1236 The option [FROM] is a time since 1970: seconds from 1 to 9999999999, or microseconds in 16 digits");
  }
  EXPECT_EQ(code_of(create + "-1" + with), 1064);
  EXPECT_EQ(code_of(create + "GTID" + with), 1064);
}

TEST(ManagementParser, NumbersOutOfRangeSayTheRange) {
  const std::string create = "CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://a', ";
  for (const std::string_view number : {"0", "1001", "1.5", "-1", "'x'", "99999999999999999999"}) {
    EXPECT_EQ(read(create + "REPLICATE NUM " + std::string(number)),
              "1236 The option [REPLICATE NUM] is a whole number from 1 to 1000");
  }
  EXPECT_EQ(read(create + "INITIAL_TRX_GTID_SEQ 0"),
            "1236 The option [initial_trx_gtid_seq] is a whole number from 1 to 9223372036854775806");
  EXPECT_EQ(read("DROP BINLOG FOR TENANT c.t DEFER 31536001"),
            "1236 The option [DEFER] is a whole number from 0 to 31536000");
  EXPECT_EQ(read("DROP BINLOG FOR TENANT c.t DEFER 31536000"), "drop [c|t] defer=31536000");
  EXPECT_EQ(code_of("DROP BINLOG FOR TENANT c.t DEFER"), 1064);
  EXPECT_TRUE(read(create + "SERVER UUID 'x'").starts_with("1236 The option [SERVER UUID] is a uuid of 36 characters"));
}

TEST(ManagementParser, WhatIsMissingIsNamed) {
  const std::string create = "CREATE BINLOG FOR TENANT c.t";
  EXPECT_EQ(read(create), "1236 Cluster url cannot be empty");
  EXPECT_EQ(read(create + " WITH REPLICATE NUM 2"), "1236 Cluster url cannot be empty");
  EXPECT_EQ(read(create + " WITH CLUSTER URL ''"), "1236 Cluster url cannot be empty");
  const std::string with = create + " WITH CLUSTER URL 'mysql://a'";
  EXPECT_EQ(read(with + ", INITIAL_TRX_XID 'x', INITIAL_TRX_GTID_SEQ '1'"),
            "1236 When specifying gtid mapping, the start timestamp cannot be empty");
  EXPECT_EQ(read(with + ", INITIAL_TRX_XID 'x'"),
            "1236 The options [INITIAL_TRX_XID] and [INITIAL_TRX_GTID_SEQ] are given both or not at all");
  EXPECT_EQ(read("CREATE BINLOG INSTANCE i FOR c.t CLUSTER_USER = 'u'"),
            "1236 The options [CLUSTER_USER] and [CLUSTER_PASSWORD] are given both or not at all");
  EXPECT_EQ(read("CREATE BINLOG FOR TENANT ``.t"), "1236 Cluster or tenant cannot be empty");
  EXPECT_EQ(read("CREATE BINLOG FOR TENANT c.``"), "1236 Cluster or tenant cannot be empty");
}

TEST(ManagementParser, OptionsGivenTwiceAreNamed) {
  const std::string with = "CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD p FROM 5 WITH CLUSTER URL 'mysql://a', ";
  for (const auto& [option, named] :
       std::initializer_list<Case>{{"CLUSTER URL 'mysql://b'", "CLUSTER URL"},
                                   {"cluster_url = 'mysql://b'", "cluster_url"},
                                   {"START_TIMESTAMP = 6", "start_timestamp"},
                                   {"CLUSTER_USER = 'x'", "cluster_user"},
                                   {"REPLICATE NUM 1, REPLICATE NUM 1", "REPLICATE NUM"},
                                   {"INITIAL_TRX_XID 'x', _INITIAL_OB_TXN_ID='y'", "_initial_ob_txn_id"},
                                   {"a = 1, `A` = 2", "a"}}) {
    EXPECT_EQ(read(with + std::string(option)), "1236 The option [" + std::string(named) + "] is given twice");
  }
  EXPECT_EQ(read("ALTER BINLOG c.t SET a = 1, A = 2"), "1236 The option [a] is given twice");
  EXPECT_TRUE(read("CREATE BINLOG INSTANCE i FOR c.t REPLICATE NUM 2").starts_with("1236 The option [REPLICATE NUM]"));
}

TEST(ManagementParser, NamesAndWhatStandsBetweenWords) {
  EXPECT_EQ(read("sHoW/*x*/bInLoG -- y\n sErVeR # z\n FOR TENANT`a``b` . `c.d`"), "server [a`b|c.d]");
  EXPECT_EQ(read("SHOW BINLOG SERVER FOR TENANT `select`.`tenant`"), "server [select|tenant]");
  EXPECT_EQ(read("SHOW BINLOG SERVER FOR TENANT tenant.full"), "server [tenant|full]");
  EXPECT_EQ(read("SHOW BINLOG INSTANCES FOR tenant.t"), "instances [tenant|t]");
  EXPECT_EQ(read("SHOW BINLOG INSTANCES `LIMIT`, `for` LIMIT 1"), "instances LIMIT for limit=0,1");
  EXPECT_EQ(read("SHOW BINLOG STATUS FOR TENANT \"c\".\"t\"", {.dialect = {.ansi_quotes = true}}), "status [c|t]");
  EXPECT_EQ(read("SHOW BINLOG SERVER FOR TENANT \xE5\xBA\x93.t1$"), "server [\xE5\xBA\x93|t1$]");
  EXPECT_EQ(read("/*!50000 SHOW NODES */;"), "nodes");
}

// As the vendor's deployer writes it.
TEST(ManagementParser, PasswordAndAddressMayBeQuotedAsNames) {
  EXPECT_EQ(read("CREATE BINLOG FOR TENANT `c`.`t` TO USER `cdcro` PASSWORD `p@:/\"'w` WITH CLUSTER URL "
                 "`http://h:8080/s?a=b`, "
                 "REPLICATE NUM 1"),
            "create [c|t] num=1 url=http://h:8080/s?a=b account=cdcro/p@:/\"'w");
}

TEST(ManagementParser, NamesThatAMetaDbCouldTakeForOthersOrNotKeepAreRefused) {
  const std::string url = " WITH CLUSTER URL 'mysql://h'";
  for (const std::string& statement :
       {std::string("DROP BINLOG FOR TENANT c.`t `"), std::string("SHOW BINLOG INSTANCE ` x`"),
        std::string("CREATE USER 'joe ' IDENTIFIED BY 'x'"), std::string("SHOW NODES FROM ZONE 'z1 '"),
        "CREATE BINLOG FOR TENANT c.t TO USER `u ` PASSWORD p" + url,
        "CREATE BINLOG FOR TENANT c.t" + url + ", GROUP = 'g '"}) {
    EXPECT_TRUE(read(statement).ends_with(" begins or ends with a space")) << statement;
  }
  EXPECT_EQ(read("DROP USER 'm\xfcller'"), "1236 The account's name is not UTF-8; send statements as utf8mb4");
  EXPECT_EQ(read("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD '\xfc'" + url),
            "1236 The password is not UTF-8; send statements as utf8mb4");
  EXPECT_EQ(read("DROP BINLOG FOR TENANT `c\n`.t"), "1236 The name of a cluster has a control character in it");
  EXPECT_EQ(read("CREATE BINLOG FOR TENANT c.t" + url + ", CLUSTER_PASSWORD = p, CLUSTER_USER = '" +
                 std::string(129, 'u') + "'"),
            "1236 The user's name is longer than 128 bytes");
}

TEST(ManagementParser, NamesHaveLimits) {
  const std::string long_name(129, 'a');
  EXPECT_EQ(read("SHOW BINLOG SERVER FOR TENANT c." + long_name), "1236 The name of a tenant is longer than 128 bytes");
  EXPECT_EQ(read("SHOW BINLOG SERVER FOR TENANT " + long_name + ".t"),
            "1236 The name of a cluster is longer than 128 bytes");
  EXPECT_EQ(read("SHOW BINLOG INSTANCE " + long_name), "1236 The name of a Binlog instance is longer than 64 bytes");
  for (const std::string_view name : {"`../x`", "`a/b`", "`a b`", "`.`", "`\xC3\xA4`"}) {
    EXPECT_EQ(read("CREATE BINLOG INSTANCE " + std::string(name) + " FOR c.t"),
              "1236 The name of a Binlog instance has letters, digits, \"_\" and \"-\" only");
  }
  EXPECT_EQ(code_of("ALTER BINLOG c.t SET " + std::string(65, 'k') + " = 1"), 1236);
  EXPECT_EQ(code_of(std::string_view("SHOW BINLOG INSTANCE `a\0b`", 26)), 1236);
  std::string many = "ALTER BINLOG c.t SET k = 1";
  for (int i = 0; i < 512; ++i) {
    many += ", k" + std::to_string(i) + " = 1";
  }
  EXPECT_EQ(read(many), "1236 More than 512 options are given");
}

TEST(ManagementParser, SyntaxErrorsNameThePlace) {
  for (const auto& [text, near] : std::initializer_list<Case>{
           {"SHOW NODES FROM HOST 'x'", "HOST 'x'"},
           {"SHOW NODES FROM ZONE z", "z"},
           {"SHOW NODES, NODES", ", NODES"},
           {"SHOW BINLOG SERVER FOR TENANT c", ""},
           {"SHOW BINLOG SERVER FOR TENANT c.t x", "x"},
           {"SHOW BINLOG SERVER FOR TENANT 'c'.'t'", "'c'.'t'"},
           {"CREATE BINLOG FOR c.t", "FOR c.t"},
           {"CREATE BINLOG FOR TENANT c.t TO USER u WITH CLUSTER URL 'x'", "WITH CLUSTER URL 'x'"},
           {"CREATE BINLOG FOR TENANT c.t WITH", ""},
           {"CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://a' x = 1", "x = 1"},
           {"CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://a', x 1", "1"},
           {"CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://a', x = (1)", "(1)"},
           {"CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://a', x = 1 + 1", "+ 1"},
           {"ALTER BINLOG c.t SET", ""},
           {"ALTER BINLOG c.t SET a = 1,", ""},
           {"ALTER BINLOG c.t a = 1", "a = 1"},
           {"START BINLOG INSTANCE a PROCESS_ONLY OBCDC_ONLY", "OBCDC_ONLY"},
           {"DROP BINLOG INSTANCE a NOW FORCE", "FORCE"},
           {"SWITCH MASTER INSTANCE a FOR TENANT c.t", "a FOR TENANT c.t"},
           {"SHOW BINLOG INSTANCE a, b", ", b"},
           {"SHOW BINLOG INSTANCES a b", "b"},
           {"SHOW BINLOG INSTANCES LIMIT x", "x"},
           {"REBALANCE BINLOG DRY", "DRY"},
           {"KILL 7 FOR INSTANCE", ""},
           {"KILL 7 FOR INSTANCE x y", "y"},
           {"KILL FOR INSTANCE x", "FOR INSTANCE x"},
           {"KILL 7; FOR INSTANCE x", "; FOR INSTANCE x"},
           {"KILL 7 FOR TENANT c.t", "FOR TENANT c.t"},
           {"SELECT 1 FOR INSTANCE x", "FOR INSTANCE x"},
           {"SHOW PROCESSLIST FOR CLUSTER", "FOR CLUSTER"},
           {"SET GLOBAL a = 1 + 1 FOR INSTANCE x", "+ 1 FOR INSTANCE x"},
           {"NODES", "NODES"},
           {"SHOW NODES; SHOW NODES", "SHOW NODES"},
       }) {
    const std::string got = read(text);
    EXPECT_TRUE(got.starts_with("1064 ") && got.ends_with("near '" + std::string(near) + "' at line 1")) << text << "\n"
                                                                                                         << got;
  }
}

TEST(ManagementParser, EverythingElseIsReadAsAnInstanceDoes) {
  for (const std::string_view text :
       {"SELECT @@version_comment LIMIT 1", "SET NAMES utf8mb4", "SHOW VARIABLES LIKE 'a'", "SHOW PROCESSLIST",
        "KILL 7", "BEGIN", "START TRANSACTION", "USE x", "SHOW BINLOG EVENTS", "DROP PREPARE s",
        "SHOW MASTER STATUS"}) {
    EXPECT_TRUE(read(text).starts_with("statement ")) << text << "\n" << read(text);
  }
  for (const std::string_view text : {"CREATE TABLE t (a INT)", "DROP TABLE t", "ALTER TABLE t", "START SLAVE"}) {
    EXPECT_EQ(code_of(text), 1235) << text;
  }
  EXPECT_EQ(code_of(" ; "), 1065);
  EXPECT_EQ(parse_management_statement("SHOW NODES", {.size_max = 9}).error().code, 1153);
}

TEST(ManagementParser, ErrorsHoldNoPassword) {
  for (const std::string_view text :
       {"CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD 's3' x WITH CLUSTER URL 'a'",
        "CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD s3 WITH CLUSTER URL 'mysql://u:s3@h'",
        "CREATE BINLOG FOR TENANT c.t TO USER u x PASSWORD s3", "CREATE USER u x IDENTIFIED BY 's3'",
        "ALTER BINLOG c.t SET cluster_password = ('s3')", "SET PASSWORD FOR u 's3'", "SET PASSWORD = 's3",
        "CREATE BINLOG INSTANCE i FOR c.t CLUSTER_PASSWORD = 's3', CLUSTER_PASSWORD = 's3'",
        "SET GLOBAL p_password = 1 's3' FOR INSTANCE x"}) {
    const std::string got = read(text);
    EXPECT_TRUE(got.starts_with("1064") || got.starts_with("1236")) << text << "\n" << got;
    EXPECT_EQ(got.find("s3"), std::string::npos) << got;
  }
}

TEST(ManagementParser, AnErrorBeforeALevelDoesNotQuoteASecretBehindIt) {
  for (const std::string_view text : {"SHOW x FOR TENANT c.`a PASSWORD s3`", "SHOW x FOR TENANT c.`mysql://u:s3@h`",
                                      "KILL FOR INSTANCE `a identified by s3`"}) {
    const auto statement = parse_management_statement(text, {});
    ASSERT_FALSE(statement) << text;
    EXPECT_EQ(statement.error().message.find("s3"), std::string::npos) << statement.error().message;
  }
}

}  // namespace
}  // namespace sluice::sql
