#include "manage/cluster_view.h"
#include "manage/node_filter.h"
#include "manage/rows.h"
#include "manage/statements.h"

namespace sluice::manage {

Rows show_nodes(const sql::ShowNodes& show, const StatementContext& context) {
  auto servers = metadb::list_servers(context.metadb, metadb::ServerDetail::everything);
  if (!servers) return std::unexpected(std::move(servers.error()));
  answers::SqlRows answer;
  answer.columns = {text_column("id"),          text_column("ip"),
                    number_column("port"),      text_column("zone"),
                    text_column("region"),      text_column("group"),
                    text_column("state"),       text_column("metric"),
                    text_column("node_config"), number_column("incarnation"),
                    number_column("heartbeat"), text_column("idc")};
  for (const metadb::Server& server : *servers) {
    const metadb::ServerIdentity& who = server.identity;
    if (!passes(show.from, who)) continue;
    const auto heartbeat = std::chrono::duration_cast<std::chrono::seconds>(server.heartbeat).count();
    answer.rows.push_back({who.id, who.address, std::to_string(who.port), who.zone, who.region, who.group,
                           shown_state(server), server.metrics, who.configuration, std::to_string(server.incarnation),
                           std::to_string(heartbeat), who.idc});
  }
  return answer;
}

}  // namespace sluice::manage
