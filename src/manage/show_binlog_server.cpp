#include "manage/routes.h"
#include "manage/rows.h"
#include "manage/statements.h"

namespace sluice::manage {
namespace {

/// Whether the instance answers at once, with whatever.
Result<void> reach(const Route& primary, const InstanceClient& instances) {
  const auto answer = instances.ask({primary.ip, primary.port}, "SELECT 1", InstanceClient::brief);
  if (answer || answer.error().kind == ErrorKind::refused) return {};
  return std::unexpected(unreachable(primary, answer.error()));
}

}  // namespace

/// The contract with ODP, which reads ip, port and status.
Rows show_binlog_server(const sql::ShowBinlogServer& show, const StatementContext& context) {
  const auto primary = find_primary(context.metadb, to_name(show.tenant));
  if (!primary) return std::unexpected(primary.error());
  // Its sluiced alone may be gone.
  if (!primary->server_trouble.empty()) {
    const auto reached = reach(*primary, *context.services.instances);
    if (!reached) return std::unexpected(reached.error());
  }
  answers::SqlRows answer;
  answer.columns = {text_column("cluster"), text_column("tenant"), text_column("ip"),
                    number_column("port"),  text_column("status"), text_column("cause")};
  answer.rows.push_back(
      {show.tenant.cluster, show.tenant.tenant, primary->ip, std::to_string(primary->port), "OK", std::nullopt});
  return answer;
}

}  // namespace sluice::manage
