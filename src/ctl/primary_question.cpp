#include "ctl/primary_question.h"

#include "ctl/statements.h"

namespace sluice::ctl {

Outcome<Primary> ask_primary(Session& session, const sql::TenantName& tenant) {
  const auto answer = session.ask(statement_of(sql::ShowBinlogServer{tenant}));
  if (!answer && answer.error().exit_code == exit_refused) return Primary{.trouble = answer.error().reason};
  if (!answer) return std::unexpected(answer.error());
  Primary primary;
  std::string status;
  for (std::size_t i = 0; i < answer->columns.size() && !answer->rows.empty(); ++i) {
    const std::string value = answer->rows[0][i].value_or("");
    if (answer->columns[i] == "ip") primary.ip = value;
    if (answer->columns[i] == "port") primary.port = value;
    if (answer->columns[i] == "status") status = value;
    if (answer->columns[i] == "cause") primary.trouble = value;
  }
  if (status == "OK") {
    primary.trouble.clear();
  } else if (primary.trouble.empty()) {
    primary.trouble = "the server names none";
  }
  return primary;
}

}  // namespace sluice::ctl
