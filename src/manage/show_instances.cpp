#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "manage/routes.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/instances.h"
#include "metadb/servers.h"

namespace sluice::manage {
namespace {

using metadb::InstanceState;

constexpr std::int64_t rows_max = 10'000;

using ServersById = std::map<std::string, metadb::Server>;

Result<ServersById> read_servers(metadb::MetaDb& database) {
  auto list = metadb::list_servers(database, metadb::ServerDetail::liveness);
  if (!list) return std::unexpected(std::move(list.error()));
  ServersById servers;
  for (metadb::Server& server : *list)
    servers.emplace(server.identity.id, std::move(server));
  return servers;
}

std::optional<metadb::ServerLabel> to_label(const std::optional<sql::NodeFilter>& filter) {
  if (!filter) return std::nullopt;
  using Kind = metadb::ServerLabel::Kind;
  switch (filter->by) {
    case sql::NodeFilter::By::ip:
      return metadb::ServerLabel{.kind = Kind::address, .value = filter->value};
    case sql::NodeFilter::By::zone:
      return metadb::ServerLabel{.kind = Kind::zone, .value = filter->value};
    case sql::NodeFilter::By::region:
      return metadb::ServerLabel{.kind = Kind::region, .value = filter->value};
    case sql::NodeFilter::By::group:
      break;
  }
  return metadb::ServerLabel{.kind = Kind::group, .value = filter->value};
}

/// Those the statement is about, in the order of their names.
Result<std::vector<metadb::Instance>> choose(const sql::ShowInstances& show, metadb::MetaDb& database) {
  metadb::InstanceFilter filter;
  filter.history = show.history;
  if (show.tenant) filter.tenant = to_name(*show.tenant);
  for (const sql::InstanceName& name : show.names)
    filter.names.push_back(name.text);
  filter.label = to_label(show.from);
  return metadb::list_instances(database, filter, to_page(show.limit, rows_max));
}

/// What an instance itself says (REPORT), and how it captures.
struct Report {
  std::map<std::string, Cell> told;
  std::string silence;  ///< why it said nothing, though it was asked
};

std::vector<Report> ask_reports(const std::vector<metadb::Instance>& instances, const StatementContext& context) {
  std::vector<InstanceClient::Question> questions;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (instances[i].state != InstanceState::running || instances[i].port == 0) continue;
    questions.push_back({{instances[i].ip, instances[i].port}, short_report});
    asked.push_back(i);
  }
  std::vector<Report> reports(instances.size());
  const auto answered = context.services.instances->ask_all(questions);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& answer = answered[i];
    if (!answer) reports[asked[i]].silence = answer.error().message;
    if (!answer || answer->rows.size() != 1) continue;
    for (std::size_t column = 0; column < answer->columns.size(); ++column)
      reports[asked[i]].told[answer->columns[column]] = answer->rows.front()[column];
  }
  return reports;
}

std::vector<answers::SqlColumn> columns() {
  std::vector<answers::SqlColumn> list;
  for (const char* name : {"name", "ob_cluster", "ob_tenant", "ip"})
    list.push_back(text_column(name));
  list.push_back(number_column("port"));
  for (const char* name : {"zone", "region", "group", "running", "state", "obcdc_running", "obcdc_state",
                           "service_mode", "convert_running"})
    list.push_back(text_column(name));
  for (const char* name : {"convert_delay", "convert_rps", "convert_eps", "convert_iops", "dumpers"})
    list.push_back(number_column(name));
  for (const char* name : {"version", "odp_addr", "role"})
    list.push_back(text_column(name));
  for (const char* name : {"pid", "restarts"})
    list.push_back(number_column(name));
  for (const char* name : {"server", "reason"})
    list.push_back(text_column(name));
  return list;
}

/// Why it does not do what it should: what keeps a running one from capturing, how others failed, and that its server
/// is not there.
Cell reason(const metadb::Instance& one, const Report& report, const std::string& trouble) {
  std::string text = one.failure;
  if (one.state == InstanceState::running) {
    const auto found = report.told.find("capture_error");
    text = found == report.told.end() ? report.silence : found->second.value_or("");
  }
  const bool alive = !report.told.empty();
  if (!alive && one.state != InstanceState::drop && !trouble.empty()) text += (text.empty() ? "" : "; ") + trouble;
  return text.empty() ? Cell() : Cell(text);
}

std::vector<Cell> row(const metadb::Instance& one, const metadb::Server& server, const Report& report) {
  const bool running = one.state == InstanceState::running;
  const std::string state(metadb::to_text(one.state));
  const auto told = [&](const char* name) {
    const auto found = report.told.find(name);
    return found == report.told.end() ? Cell() : found->second;
  };
  return {one.name,
          one.tenant.cluster,
          one.tenant.tenant,
          one.ip,
          std::to_string(one.port),
          server.identity.zone,
          server.identity.region,
          server.identity.group,
          running ? "Yes" : "No",
          state,
          running ? "Yes" : "No",
          state,
          one.wanted == metadb::Wanted::dropped ? "disabled" : "enabled",
          told("convert_running"),
          told("convert_delay"),
          told("convert_rps"),
          told("convert_eps"),
          told("convert_iops"),
          told("nof_dump"),
          SLUICE_VERSION,
          std::nullopt,
          one.is_primary ? "primary" : "follower",
          std::to_string(one.pid),
          std::to_string(one.restarts),
          one.server,
          reason(one, report, server.identity.id.empty() ? "its server has been removed" : server_trouble(server))};
}

}  // namespace

Rows show_instances(const sql::ShowInstances& show, const StatementContext& context) {
  const auto servers = read_servers(context.metadb);
  if (!servers) return std::unexpected(servers.error());
  const auto instances = choose(show, context.metadb);
  if (!instances) return std::unexpected(instances.error());
  const std::vector<Report> reports = ask_reports(*instances, context);
  answers::SqlRows answer{.columns = columns(), .rows = {}};
  for (std::size_t i = 0; i < instances->size(); ++i) {
    const metadb::Instance& one = (*instances)[i];
    const auto server = servers->find(one.server);
    answer.rows.push_back(row(one, server == servers->end() ? metadb::Server{} : server->second, reports[i]));
  }
  return answer;
}

}  // namespace sluice::manage
