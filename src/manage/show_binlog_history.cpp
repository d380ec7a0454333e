#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/history.h"

namespace sluice::manage {

Rows show_binlog_history(const sql::ShowBinlogHistory& show, const StatementContext& context) {
  metadb::HistoryFilter filter;
  if (show.tenant) filter.tenant = to_name(*show.tenant);
  constexpr std::int64_t rows_max = 10'000;
  auto entries = metadb::list_history(context.metadb, filter, to_page(show.limit, rows_max));
  if (!entries) return std::unexpected(std::move(entries.error()));
  answers::SqlRows answer;
  for (const char* name : {"time", "action", "cluster", "tenant", "instance", "server", "who", "reason"})
    answer.columns.push_back(text_column(name));
  const auto shown = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
  for (const metadb::HistoryEntry& entry : *entries) {
    answer.rows.push_back({time_text(entry.time.count()), entry.decision.what, shown(entry.tenant.cluster),
                           shown(entry.tenant.tenant), shown(entry.instance), shown(entry.server), entry.decision.who,
                           entry.decision.reason});
  }
  return answer;
}

}  // namespace sluice::manage
