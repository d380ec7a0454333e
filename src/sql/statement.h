#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/expression.h"

namespace sluice::sql {

/// The rows a LIMIT lets through.
struct Limit {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
};

/// SELECT without a table: one row.
struct Select {
  struct Item {
    Expression expression;
    std::string column;  ///< the alias, or the expression as it was written
  };
  std::vector<Item> items;
  std::optional<Limit> limit;
};

/// @name = value
struct SetUserVariable {
  std::string name;
  Expression value;
};

/// name = value, or name = DEFAULT without a value
struct SetSystemVariable {
  Scope scope = Scope::unspecified;
  std::string name;
  std::optional<Expression> value;
};

/// SET NAMES; without a character set DEFAULT.
struct SetNames {
  std::optional<std::string> character_set;
  std::optional<std::string> collation;
};

/// SET CHARACTER SET; without one DEFAULT.
struct SetCharacterSet {
  std::optional<std::string> character_set;
};

/// SET [GLOBAL | SESSION] TRANSACTION ...; without a scope it concerns the next transaction only.
struct SetTransaction {
  Scope scope = Scope::unspecified;
  std::optional<std::string> isolation;  ///< "READ-COMMITTED", as the variable transaction_isolation has it
  std::optional<bool> read_only;
};

struct Set {
  using Assignment = std::variant<SetUserVariable, SetSystemVariable, SetNames, SetCharacterSet, SetTransaction>;
  std::vector<Assignment> assignments;
};

/// LIKE 'pattern' or WHERE condition behind a SHOW; neither shows all.
struct ShowFilter {
  std::optional<Expression> like;
  std::optional<Expression> where;
};

struct ShowVariables {
  Scope scope = Scope::unspecified;
  ShowFilter filter;
};

struct ShowStatus {
  Scope scope = Scope::unspecified;
  ShowFilter filter;
};

/// SHOW PARAMETERS: what operators may set (OceanBase's statement).
struct ShowParameters {
  ShowFilter filter;
};

/// SHOW MASTER STATUS, SHOW BINARY LOG STATUS
struct ShowMasterStatus {};

/// SHOW BINARY LOGS, SHOW MASTER LOGS
struct ShowBinaryLogs {};

/// SHOW BINLOG EVENTS: of the named file, or the oldest; from a position on, or the file's first event.
struct ShowBinlogEvents {
  std::optional<std::string> file;
  std::optional<std::uint64_t> position;
  std::optional<Limit> limit;
};

/// SHOW BINLOG MARKS: the places of a file at which a replica can go on, from an offset on.
struct ShowBinlogMarks {
  std::string file;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> count_max;
};

/// SHOW BINLOG CHECKSUM: of a file's bytes before an offset, or of all.
struct ShowBinlogChecksum {
  std::string file;
  std::optional<std::uint64_t> to;
};

/// PURGE BINARY LOGS: the files before the one named, or those last written to before a time. One of the two is there.
struct PurgeLogs {
  std::optional<std::string> to;
  std::optional<Expression> before;
  std::int64_t seconds_less = 0;  ///< to be taken from `before`
};

/// SHOW WARNINGS, SHOW ERRORS; or their number: SHOW COUNT(*) WARNINGS
struct ShowDiagnostics {
  bool errors_only = false;
  bool count = false;
  std::optional<Limit> limit;
};

/// SHOW SLAVE HOSTS, SHOW REPLICAS
struct ShowReplicas {
  bool new_names = false;  ///< REPLICAS: columns named as since MySQL 8.0.22
};

struct ShowProcessList {
  bool full = false;
};

/// SHOW BINLOG DUMPLIST
struct ShowDumpList {
  bool full = false;
};

/// KILL id, KILL CONNECTION id; KILL QUERY id
struct Kill {
  bool query_only = false;
  Expression id;
};

/// SHOW GRANTS of the current user.
struct ShowGrants {};

/// PREPARE name FROM 'text' | @variable. Names are in lower case.
struct PrepareNamed {
  std::string name;
  Expression text;
};

/// EXECUTE name [USING @variable, ...]
struct ExecuteNamed {
  std::string name;
  std::vector<std::string> variables;
};

/// DEALLOCATE PREPARE name, DROP PREPARE name
struct DeallocateNamed {
  std::string name;
};

/// REPORT [timestamp]: how the instance is doing, for what manages it.
struct Report {
  std::uint64_t since = 0;  ///< seconds since 1970: file boundaries later than this are told
};

struct UseDatabase {
  std::string name;
};

/// BEGIN, COMMIT and their like: nothing is ever open, so they have no effect.
struct TransactionControl {};

/// A question about the schema that only the tenant database can answer, in its own words: written anew from what was
/// understood, without comments, with every table's database named. It reads metadata only.
struct TenantQuery {
  std::string text;
};

using Statement = std::variant<Select, Set, ShowVariables, ShowStatus, ShowParameters, ShowMasterStatus, ShowBinaryLogs,
                               ShowBinlogEvents, ShowBinlogMarks, ShowBinlogChecksum, PurgeLogs, ShowDiagnostics,
                               ShowReplicas, ShowProcessList, ShowDumpList, ShowGrants, Kill, PrepareNamed,
                               ExecuteNamed, DeallocateNamed, Report, UseDatabase, TransactionControl, TenantQuery>;

}  // namespace sluice::sql
