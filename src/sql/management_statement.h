#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/source_url.h"
#include "sql/statement.h"

namespace sluice::sql {

/// `cluster`.`tenant`, as written; neither is empty.
struct TenantName {
  std::string cluster;
  std::string tenant;

  bool operator==(const TenantName&) const = default;
};

/// A Binlog instance's, as written; not empty.
struct InstanceName {
  std::string text;

  bool operator==(const InstanceName&) const = default;
};

struct WholeCluster {
  bool operator==(const WholeCluster&) const = default;
};

/// What a statement about parameters is for.
using Level = std::variant<WholeCluster, TenantName, InstanceName>;

/// FROM {IP | ZONE | REGION | GROUP} 'value': the servers that are there or in it.
struct NodeFilter {
  enum class By : std::uint8_t { ip, zone, region, group };
  By by = By::ip;
  std::string value;
};

/// key = value, the key in lower case. The value is what a string stands for, or a number or word as written.
struct Option {
  std::string key;
  std::string value;
};

/// key = value, or key = DEFAULT without a value.
struct ParameterChange {
  std::string key;
  std::optional<std::string> value;
};

/// Where the log of a new tenant begins.
struct StartNow {};
struct StartEarliest {};
struct StartTime {
  std::uint64_t microseconds = 0;  ///< since 1970
};
struct StartGtids {
  std::string text;  ///< what lies before; not checked
};
using StartPoint = std::variant<StartNow, StartEarliest, StartTime, StartGtids>;

/// An account of the tenant's database to capture with.
struct SourceAccount {
  std::string user;
  std::string password;
};

/// A transaction of an OceanBase tenant that gets a number of one's own choice.
struct PinnedTransaction {
  std::string id;
  std::uint64_t number = 0;  ///< of its GTID
};

/// What CREATE BINLOG [INSTANCE] says about the instances it makes. What is not there has a default.
struct CreationOptions {
  std::optional<SourceUrl> cluster_url;
  std::optional<SourceAccount> account;
  std::optional<StartPoint> start;
  std::optional<std::string> server_uuid;   ///< in lower case
  std::optional<PinnedTransaction> pinned;  ///< then `start` is there too
  std::optional<std::string> ip;
  std::optional<std::string> zone;
  std::optional<std::string> region;
  std::optional<std::string> group;
  /// All other keys, in their order and each once, for the caller to look up.
  std::vector<Option> others;
};

/// SHOW NODES [FROM ...]
struct ShowNodes {
  std::optional<NodeFilter> from;
};

/// SHOW BINLOG SERVER FOR TENANT: where a proxy finds the tenant's primary.
struct ShowBinlogServer {
  TenantName tenant;
};

/// CREATE BINLOG FOR TENANT; options.cluster_url is there.
struct CreateBinlog {
  bool if_not_exists = false;
  TenantName tenant;
  std::optional<std::uint32_t> replicate_num;
  CreationOptions options;
};

/// How long a DROP waits before it removes anything.
struct DropDelay {
  std::optional<std::uint32_t> seconds;  ///< 0 for NOW; nothing for the cluster's default
};

/// DROP BINLOG FOR TENANT
struct DropBinlog {
  bool if_exists = false;
  TenantName tenant;
  DropDelay delay;
};

/// SHOW BINLOG STATUS [FOR TENANT ...]
struct ShowBinlogStatus {
  std::optional<TenantName> tenant;
};

/// CREATE BINLOG INSTANCE
struct CreateInstance {
  InstanceName name;  ///< letters, digits, "_" and "-": safe as the name of a directory
  TenantName tenant;
  CreationOptions options;
};

/// START and STOP BINLOG INSTANCE
struct RunInstance {
  enum class Part : std::uint8_t { whole, process_only, obcdc_only };
  bool start = false;
  InstanceName name;
  Part part = Part::whole;
};

/// DROP BINLOG INSTANCE
struct DropInstance {
  InstanceName name;
  bool force = false;
  DropDelay delay;
};

/// SWITCH MASTER INSTANCE TO ... FOR TENANT ... [FULL]
struct SwitchMaster {
  InstanceName to;
  TenantName tenant;
  bool full = false;
};

/// SHOW [HISTORY] BINLOG INSTANCE name, SHOW [HISTORY] BINLOG INSTANCES ...: at most one of the three filters is there.
struct ShowInstances {
  bool history = false;  ///< those that were dropped too
  std::vector<InstanceName> names;
  std::optional<TenantName> tenant;
  std::optional<NodeFilter> from;
  std::optional<Limit> limit;
};

/// SHOW BINLOG HISTORY [FOR TENANT ...] [LIMIT ...]: what was decided and why.
struct ShowBinlogHistory {
  std::optional<TenantName> tenant;
  std::optional<Limit> limit;
};

/// REBALANCE BINLOG [DRY RUN]
struct RebalanceBinlog {
  bool dry_run = false;
};

/// SHOW PARAMETERS [LIKE | WHERE] [FOR CLUSTER | FOR TENANT ... | FOR INSTANCE ...]
struct ShowParametersOf {
  Level level;
  ShowFilter filter;
};

/// ALTER BINLOG {`c`.`t` | INSTANCE name | CLUSTER} SET ..., SET GLOBAL ... FOR {TENANT ... | INSTANCE ... | CLUSTER}:
/// one or more parameters, each once.
struct SetParameters {
  Level level;
  std::vector<ParameterChange> changes;
};

/// A statement that instances answer, FOR INSTANCE name.
struct AskInstance {
  using Question = std::variant<ShowProcessList, ShowDumpList, Kill, PurgeLogs, ShowVariables, ShowStatus,
                                ShowMasterStatus, ShowBinaryLogs, ShowBinlogEvents>;
  InstanceName instance;
  Question question;
};

/// PURGE BINARY LOGS ... FOR TENANT: subscribers may not, and get OK.
struct PurgeForTenant {
  TenantName tenant;
  PurgeLogs purge;
};

/// How an account's password is checked.
enum class LoginMethod : std::uint8_t { unspecified, mysql_native_password, caching_sha2_password };

/// CREATE USER; ALTER USER; each with IDENTIFIED [WITH method] BY.
struct CreateUser {
  bool if_not_exists = false;
  std::string user;
  LoginMethod method = LoginMethod::unspecified;
  std::string password;
};
struct AlterUser {
  bool if_exists = false;
  std::string user;
  LoginMethod method = LoginMethod::unspecified;
  std::string password;
};

/// SET PASSWORD [FOR user] = ...; without a user the session's own.
struct SetPassword {
  std::optional<std::string> user;
  std::string password;
};

/// DROP USER; one or more, each once.
struct DropUsers {
  bool if_exists = false;
  std::vector<std::string> users;
};

/// GRANT ALL [PRIVILEGES] ON *.* TO user, REVOKE ALL [PRIVILEGES] ON *.* FROM user: makes an administrator, or one no
/// more. There are no other rights.
struct ChangeAdministrator {
  bool grant = false;
  std::string user;
};

/// SHOW USERS, SHOW ACCOUNTS
struct ShowUsers {};

/// What a Binlog server is told on its own port. Statement is anything that instances understand and that is not for
/// one of them: a client's settings and questions, SHOW PROCESSLIST of the server itself.
using ManagementStatement =
    std::variant<ShowNodes, ShowBinlogServer, CreateBinlog, DropBinlog, ShowBinlogStatus, CreateInstance, RunInstance,
                 DropInstance, SwitchMaster, ShowInstances, ShowBinlogHistory, RebalanceBinlog, ShowParametersOf,
                 SetParameters, AskInstance, PurgeForTenant, CreateUser, AlterUser, SetPassword, DropUsers,
                 ChangeAdministrator, ShowUsers, Statement>;

}  // namespace sluice::sql
