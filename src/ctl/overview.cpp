#include "ctl/overview.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "ctl/tenant_text.h"

namespace sluice::ctl {
namespace {

using mysql::ColumnType;
using mysql::QueryResult;
using mysql::Row;

/// An answer whose columns are found by name.
class Answer {
 public:
  static Result<Answer> of(const QueryResult& result, std::string_view statement,
                           std::initializer_list<std::string_view> needed) {
    Answer answer(result);
    for (const std::string_view name : needed) {
      if (!answer.column(name)) {
        return fail(ErrorKind::invalid,
                    fmt::format("the server's answer to {} has no column {}: is it a Binlog server of this version?",
                                statement, name));
      }
    }
    return answer;
  }

  [[nodiscard]] const std::vector<Row>& rows() const { return result_->rows; }
  /// Empty for NULL.
  [[nodiscard]] std::string text(const Row& row, std::string_view name) const {
    return row[*column(name)].value_or("");
  }

  /// The same for a column that not every version has.
  [[nodiscard]] std::string text_if_there(const Row& row, std::string_view name) const {
    return column(name) ? text(row, name) : "";
  }

  [[nodiscard]] Row pick(const Row& row, std::initializer_list<std::string_view> names) const {
    Row picked;
    for (const std::string_view name : names) {
      picked.push_back(row[*column(name)]);
    }
    return picked;
  }

 private:
  explicit Answer(const QueryResult& result) : result_(&result) {}

  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const {
    const auto found = std::ranges::find(result_->columns, name);
    if (found == result_->columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - result_->columns.begin());
  }

  const QueryResult* result_;
};

Result<Answer> instances_in(const QueryResult& result) {
  return Answer::of(result, "SHOW BINLOG INSTANCES", {"name", "ob_cluster", "ob_tenant", "ip", "port", "state"});
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_dropped(std::string_view state) {
  return is_one_of(state, {"LogicalDrop", "Drop"});
}

/// Why an instance that runs captures nothing; empty: it does.
std::string why_idle(const Answer& instances, const Row& row) {
  const std::string reason = instances.text_if_there(row, "reason");
  if (!reason.empty()) return reason;
  const bool waits =
      instances.text_if_there(row, "role") == "primary" && instances.text_if_there(row, "convert_running") == "0";
  return waits ? "it has not reached the tenant's database yet" : "";
}

sql::TenantName tenant_of(const Answer& instances, const Row& row) {
  return {.cluster = instances.text(row, "ob_cluster"), .tenant = instances.text(row, "ob_tenant")};
}

QueryResult empty_table(std::initializer_list<std::string_view> texts) {
  QueryResult table;
  table.columns.assign(texts.begin(), texts.end());
  table.types.assign(texts.size(), ColumnType::var_string);
  return table;
}

void make_number(QueryResult& table, std::string_view column) {
  const auto found = std::ranges::find(table.columns, column);
  table.types[static_cast<std::size_t>(found - table.columns.begin())] = ColumnType::longlong;
}

std::string address_of(const std::string& ip, const std::string& port) {
  return ip.find(':') == std::string::npos ? ip + ":" + port : "[" + ip + "]:" + port;
}

/// What the instances of one tenant come to.
struct Count {
  int instances = 0;
  int running = 0;
  int stopped = 0;
  std::string primary;  ///< the name of the instance at the primary's address
};

class OverviewMaker {
 public:
  OverviewMaker(const Answer& nodes, const Answer& instances, const Primaries& primaries)
      : nodes_(nodes), instances_(instances), primaries_(primaries) {}

  Overview make() {
    add_nodes();
    add_instances();
    add_tenants();
    return std::move(overview_);
  }

 private:
  void trouble(std::string sentence) { overview_.troubles.push_back(std::move(sentence)); }

  void add_nodes() {
    overview_.nodes = empty_table({"id", "ip", "port", "zone", "region", "group", "state"});
    make_number(overview_.nodes, "port");
    for (const Row& row : nodes_.rows()) {
      overview_.nodes.rows.push_back(nodes_.pick(row, {"id", "ip", "port", "zone", "region", "group", "state"}));
      const std::string state = nodes_.text(row, "state");
      if (is_one_of(state, {"ONLINE", "PAUSED"})) continue;
      trouble(fmt::format("server {} is {}", address_of(nodes_.text(row, "ip"), nodes_.text(row, "port")), state));
    }
    if (nodes_.rows().empty()) trouble("the cluster has no servers");
  }

  void add_instances() {
    overview_.not_running = empty_table({"name", "cluster", "tenant", "ip", "port", "state", "reason"});
    make_number(overview_.not_running, "port");
    for (const Row& row : instances_.rows()) {
      const std::string state = instances_.text(row, "state");
      const sql::TenantName tenant = tenant_of(instances_, row);
      if (!is_dropped(state)) count(row, tenant, state);
      if (state == "Running") {
        const std::string idle = why_idle(instances_, row);
        if (!idle.empty()) {
          trouble(fmt::format("instance {} of {} captures nothing: {}", instances_.text(row, "name"),
                              tenant_text(tenant), idle));
        }
        continue;
      }
      const std::string reason = instances_.text_if_there(row, "reason");
      Row& listed = overview_.not_running.rows.emplace_back(
          instances_.pick(row, {"name", "ob_cluster", "ob_tenant", "ip", "port", "state"}));
      listed.push_back(reason.empty() ? std::nullopt : mysql::Value(reason));
      if (is_dropped(state) || state == "Stop") continue;
      trouble(fmt::format("instance {} of {} is in state {}{}{}", instances_.text(row, "name"), tenant_text(tenant),
                          state, reason.empty() ? "" : ": ", reason));
    }
  }

  void count(const Row& row, const sql::TenantName& tenant, std::string_view state) {
    Count& count = counts_[tenant];
    ++count.instances;
    if (state == "Running") ++count.running;
    if (state == "Stop") ++count.stopped;
    const auto primary = primaries_.find(tenant);
    if (primary != primaries_.end() && primary->second.trouble.empty() &&
        primary->second.ip == instances_.text(row, "ip") && primary->second.port == instances_.text(row, "port")) {
      count.primary = instances_.text(row, "name");
    }
  }

  void add_tenants() {
    QueryResult& table = overview_.tenants;
    table = empty_table({"cluster", "tenant", "primary", "address", "instances", "running", "trouble"});
    make_number(table, "instances");
    make_number(table, "running");
    for (const auto& [tenant, count] : counts_) {
      const auto found = primaries_.find(tenant);
      const Primary primary = found == primaries_.end() ? Primary{.trouble = "not asked for"} : found->second;
      const bool reachable = primary.trouble.empty();
      table.rows.push_back({tenant.cluster, tenant.tenant,
                            reachable && !count.primary.empty() ? mysql::Value(count.primary) : std::nullopt,
                            reachable ? mysql::Value(address_of(primary.ip, primary.port)) : std::nullopt,
                            std::to_string(count.instances), std::to_string(count.running), table_trouble(primary)});
      if (reachable || count.stopped == count.instances) continue;
      trouble(fmt::format("tenant {} has no primary: {}", tenant_text(tenant), primary.trouble));
    }
  }

  static mysql::Value table_trouble(const Primary& primary) {
    const std::string& text = primary.trouble.empty() ? primary.idle : primary.trouble;
    return text.empty() ? mysql::Value() : mysql::Value(text);
  }

  const Answer& nodes_;
  const Answer& instances_;
  const Primaries& primaries_;
  std::map<sql::TenantName, Count, TenantOrder> counts_;
  Overview overview_;
};

}  // namespace

Result<Primaries> primaries_in(const QueryResult& result) {
  const auto instances = instances_in(result);
  if (!instances) return std::unexpected(instances.error());
  Primaries primaries;
  for (const Row& row : instances->rows()) {
    const std::string state = instances->text(row, "state");
    if (is_dropped(state)) continue;
    Primary& primary =
        primaries.try_emplace(tenant_of(*instances, row), Primary{.trouble = "no primary runs"}).first->second;
    if (state == "Running" && instances->text_if_there(row, "role") == "primary") {
      primary = {.ip = instances->text(row, "ip"),
                 .port = instances->text(row, "port"),
                 .trouble = "",
                 .idle = why_idle(*instances, row)};
    }
  }
  return primaries;
}

Result<Overview> make_overview(const QueryResult& node_result, const QueryResult& instance_result,
                               const Primaries& primaries) {
  const auto nodes = Answer::of(node_result, "SHOW NODES", {"id", "ip", "port", "zone", "region", "group", "state"});
  if (!nodes) return std::unexpected(nodes.error());
  const auto instances = instances_in(instance_result);
  if (!instances) return std::unexpected(instances.error());
  return OverviewMaker(*nodes, *instances, primaries).make();
}

}  // namespace sluice::ctl
