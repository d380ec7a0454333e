#include "ctl/statements.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "mysql/statement_quoting.h"

namespace sluice::ctl {
namespace {

using mysql::quote_identifier;
using mysql::quote_text;

std::string name_of(const sql::TenantName& tenant) {
  return quote_identifier(tenant.cluster) + "." + quote_identifier(tenant.tenant);
}

std::string name_of(const sql::InstanceName& instance) {
  return quote_identifier(instance.text);
}

std::string filter_of(const sql::NodeFilter& filter) {
  static constexpr std::array<std::string_view, 4> words = {"IP", "ZONE", "REGION", "GROUP"};
  return fmt::format(" FROM {} {}", words.at(static_cast<std::size_t>(filter.by)), quote_text(filter.value));
}

std::string limit_of(const std::optional<sql::Limit>& limit) {
  if (!limit) return "";
  return limit->offset == 0 ? fmt::format(" LIMIT {}", limit->count)
                            : fmt::format(" LIMIT {}, {}", limit->offset, limit->count);
}

std::string delay_of(const sql::DropDelay& delay) {
  if (!delay.seconds) return "";
  return *delay.seconds == 0 ? " NOW" : fmt::format(" DEFER {}", *delay.seconds);
}

std::string start_of(const sql::StartPoint& start) {
  if (std::holds_alternative<sql::StartNow>(start)) return " FROM NOW";
  if (std::holds_alternative<sql::StartEarliest>(start)) return " FROM EARLIEST";
  if (const auto* const gtids = std::get_if<sql::StartGtids>(&start)) return " FROM GTID " + quote_text(gtids->text);
  constexpr std::uint64_t second = 1'000'000;
  const std::uint64_t time = std::get<sql::StartTime>(start).microseconds;
  return fmt::format(" FROM {}", time % second == 0 ? time / second : time);
}

std::vector<std::string> options_of(const std::vector<sql::Option>& options) {
  std::vector<std::string> texts;
  texts.reserve(options.size());
  for (const sql::Option& option : options) {
    texts.push_back(quote_identifier(option.key) + " = " + quote_text(option.value));
  }
  return texts;
}

std::string level_of(const sql::Level& level) {
  if (const auto* const tenant = std::get_if<sql::TenantName>(&level)) return " FOR TENANT " + name_of(*tenant);
  if (const auto* const instance = std::get_if<sql::InstanceName>(&level)) return " FOR INSTANCE " + name_of(*instance);
  return " FOR CLUSTER";
}

std::string_view full_word(bool full) {
  return full ? "FULL " : "";
}

}  // namespace

std::string statement_of(const sql::ShowNodes& show) {
  return show.from ? "SHOW NODES" + filter_of(*show.from) : "SHOW NODES";
}

std::string statement_of(const sql::ShowBinlogServer& show) {
  return "SHOW BINLOG SERVER FOR TENANT " + name_of(show.tenant);
}

std::string statement_of(const sql::ShowInstances& show) {
  std::string text = show.history ? "SHOW HISTORY BINLOG INSTANCES" : "SHOW BINLOG INSTANCES";
  if (show.tenant) {
    text += " FOR " + name_of(*show.tenant);
  } else if (show.from) {
    text += filter_of(*show.from);
  } else if (!show.names.empty()) {
    std::vector<std::string> names;
    names.reserve(show.names.size());
    for (const sql::InstanceName& name : show.names) {
      names.push_back(name_of(name));
    }
    text += fmt::format(" {}", fmt::join(names, ", "));
  }
  return text + limit_of(show.limit);
}

std::string statement_of(const sql::ShowBinlogHistory& show) {
  return "SHOW BINLOG HISTORY" + (show.tenant ? " FOR TENANT " + name_of(*show.tenant) : "") + limit_of(show.limit);
}

std::string statement_of(const sql::CreateBinlog& create) {
  std::string text = create.if_not_exists ? "CREATE BINLOG IF NOT EXISTS" : "CREATE BINLOG";
  text += " FOR TENANT " + name_of(create.tenant);
  if (const auto& account = create.options.account) {
    text += fmt::format(" TO USER {} PASSWORD {}", quote_text(account->user), quote_text(account->password));
  }
  if (create.options.start) text += start_of(*create.options.start);
  text += " WITH CLUSTER URL " + quote_text(create.options.cluster_url->text);
  if (create.replicate_num) text += fmt::format(", REPLICATE NUM {}", *create.replicate_num);
  for (const std::string& option : options_of(create.options.others)) {
    text += ", " + option;
  }
  return text;
}

std::string statement_of(const sql::DropBinlog& drop) {
  return fmt::format("DROP BINLOG {}FOR TENANT {}{}", drop.if_exists ? "IF EXISTS " : "", name_of(drop.tenant),
                     delay_of(drop.delay));
}

std::string statement_of(const sql::CreateInstance& create) {
  const std::vector<std::string> options = options_of(create.options.others);
  return fmt::format("CREATE BINLOG INSTANCE {} FOR {}{}{}", name_of(create.name), name_of(create.tenant),
                     options.empty() ? "" : " ", fmt::join(options, ", "));
}

std::string statement_of(const sql::RunInstance& run) {
  return fmt::format("{} BINLOG INSTANCE {}", run.start ? "START" : "STOP", name_of(run.name));
}

std::string statement_of(const sql::DropInstance& drop) {
  return fmt::format("DROP BINLOG INSTANCE {}{}{}", name_of(drop.name), drop.force ? " FORCE" : "",
                     delay_of(drop.delay));
}

std::string statement_of(const sql::SwitchMaster& change) {
  return fmt::format("SWITCH MASTER INSTANCE TO {} FOR TENANT {}{}", name_of(change.to), name_of(change.tenant),
                     change.full ? " FULL" : "");
}

std::string statement_of(const sql::RebalanceBinlog& rebalance) {
  return rebalance.dry_run ? "REBALANCE BINLOG DRY RUN" : "REBALANCE BINLOG";
}

std::string statement_of(const sql::SetParameters& set) {
  std::vector<std::string> changes;
  changes.reserve(set.changes.size());
  for (const sql::ParameterChange& change : set.changes) {
    changes.push_back(quote_identifier(change.key) + " = " + (change.value ? quote_text(*change.value) : "DEFAULT"));
  }
  std::string of = "CLUSTER";
  if (const auto* const tenant = std::get_if<sql::TenantName>(&set.level)) of = name_of(*tenant);
  if (const auto* const instance = std::get_if<sql::InstanceName>(&set.level)) of = "INSTANCE " + name_of(*instance);
  return fmt::format("ALTER BINLOG {} SET {}", of, fmt::join(changes, ", "));
}

std::string statement_of(const sql::CreateUser& create) {
  return fmt::format("CREATE USER {}{} IDENTIFIED BY {}", create.if_not_exists ? "IF NOT EXISTS " : "",
                     quote_text(create.user), quote_text(create.password));
}

std::string statement_of(const sql::SetPassword& set) {
  return fmt::format("SET PASSWORD{} = {}", set.user ? " FOR " + quote_text(*set.user) : "", quote_text(set.password));
}

std::string statement_of(const sql::DropUsers& drop) {
  std::vector<std::string> users;
  users.reserve(drop.users.size());
  for (const std::string& user : drop.users) {
    users.push_back(quote_text(user));
  }
  return fmt::format("DROP USER {}{}", drop.if_exists ? "IF EXISTS " : "", fmt::join(users, ", "));
}

std::string show_parameters(const std::optional<std::string>& like, const sql::Level& level) {
  return "SHOW PARAMETERS" + (like ? " LIKE " + quote_text(*like) : "") + level_of(level);
}

std::string show_processes(const sql::InstanceName& instance, bool full) {
  return fmt::format("SHOW {}PROCESSLIST FOR INSTANCE {}", full_word(full), name_of(instance));
}

std::string show_dumps(const sql::InstanceName& instance, bool full) {
  return fmt::format("SHOW {}BINLOG DUMPLIST FOR INSTANCE {}", full_word(full), name_of(instance));
}

std::string kill(const sql::InstanceName& instance, std::uint64_t id, bool query_only) {
  return fmt::format("KILL {}{} FOR INSTANCE {}", query_only ? "QUERY " : "", id, name_of(instance));
}

std::string purge_to(const sql::InstanceName& instance, const std::string& file) {
  return fmt::format("PURGE BINARY LOGS TO {} FOR INSTANCE {}", quote_text(file), name_of(instance));
}

std::string purge_before(const sql::InstanceName& instance, const std::string& time) {
  return fmt::format("PURGE BINARY LOGS BEFORE {} FOR INSTANCE {}", quote_text(time), name_of(instance));
}

}  // namespace sluice::ctl
