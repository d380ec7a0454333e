#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/instances.h"
#include "metadb/servers.h"

namespace sluice::manage {
namespace {

using nlohmann::json;

/// What servers last said of their instances, by the instance's name.
using Reports = std::map<std::string, metadb::InstanceReport>;

Result<Reports> read_reports(const std::vector<metadb::Instance>& instances, metadb::MetaDb& database) {
  std::set<std::string> servers;
  for (const metadb::Instance& instance : instances)
    servers.insert(instance.server);
  Reports reports;
  for (const std::string& server : servers) {
    auto list = metadb::read_reports(database, server);
    if (!list) return std::unexpected(std::move(list.error()));
    for (metadb::InstanceReport& report : *list)
      reports.emplace(report.name, std::move(report));
  }
  return reports;
}

json files_json(const Result<mysql::QueryResult>& logs) {
  json files = json::array();
  if (!logs) return files;
  for (const mysql::Row& row : logs->rows) {
    if (row.size() < 2 || !row[0] || !row[1]) continue;
    files.push_back({{"binlog_name", *row[0]}, {"binlog_size", std::strtoull(row[1]->c_str(), nullptr, 10)}});
  }
  return files;
}

/// Of each instance, those that run: nobody waits for others.
std::vector<json> ask_files(const std::vector<metadb::Instance>& instances, const InstanceClient& client) {
  std::vector<InstanceClient::Question> questions;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (instances[i].state != metadb::InstanceState::running || instances[i].port == 0) continue;
    questions.push_back({{instances[i].ip, instances[i].port}, "SHOW BINARY LOGS"});
    asked.push_back(i);
  }
  const auto answered = client.ask_all(questions);
  std::vector<json> files(instances.size(), json::array());
  for (std::size_t i = 0; i < asked.size(); ++i)
    files[asked[i]] = files_json(answered[i]);
  return files;
}

json metrics_json(const Reports& reports, const std::string& name) {
  const auto found = reports.find(name);
  if (found == reports.end()) return json::object();
  const metadb::InstanceReport& report = found->second;
  return {{"pid", report.pid},
          {"cpu_used", report.cpu_used},
          {"memory_used", report.memory_used},
          {"disk_used", report.disk_used},
          {"delay_ms", report.delay_ms},
          {"subscribers", report.subscribers}};
}

}  // namespace

/// One row an instance; `status` is JSON: the instance's name, what its process uses, its files.
Rows show_binlog_status(const sql::ShowBinlogStatus& show, const StatementContext& context) {
  metadb::InstanceFilter filter;
  if (show.tenant) filter.tenant = to_name(*show.tenant);
  auto instances = metadb::list_instances(context.metadb, filter, {.limit = 10'000});
  if (!instances) return std::unexpected(std::move(instances.error()));
  std::erase_if(*instances, [](const metadb::Instance& one) { return one.wanted == metadb::Wanted::dropped; });
  const auto reports = read_reports(*instances, context.metadb);
  if (!reports) return std::unexpected(reports.error());
  const std::vector<json> files = ask_files(*instances, *context.services.instances);
  answers::SqlRows answer;
  answer.columns = {text_column("cluster"), text_column("tenant"), text_column("status")};
  for (std::size_t i = 0; i < instances->size(); ++i) {
    const metadb::Instance& one = (*instances)[i];
    const json status = {{"binlog_instance", one.name},
                         {"state", metadb::to_text(one.state)},
                         {"resources_metrics", metrics_json(*reports, one.name)},
                         {"binlog_files", files[i]}};
    answer.rows.push_back(
        {one.tenant.cluster, one.tenant.tenant, status.dump(-1, ' ', false, json::error_handler_t::replace)});
  }
  return answer;
}

}  // namespace sluice::manage
