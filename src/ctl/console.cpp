#include "ctl/console.h"

#include <cstdio>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "ctl/json.h"

namespace sluice::ctl {

void say(const std::string& message) {
  fmt::print(stderr, "sluicectl: {}\n", message);
}

int Console::complain(const Failure& failure) {
  say(failure.message);
  return failure.exit_code;
}

int Console::run(const std::string& statement) {
  const auto result = session_.ask(statement);
  if (!result) return complain(result.error());
  write(*result);
  if (result->columns.empty() && result->ok.warnings > 0) tell_warnings();
  return exit_well;
}

void Console::write(const mysql::QueryResult& result) const {
  if (style_.json) {
    fmt::print("{}\n", render_json(result));
  } else if (!result.columns.empty()) {
    fmt::print("{}", render_table(result, style_.table));
  } else {
    fmt::print("OK{}{}\n", result.ok.info.empty() ? "" : ": ", visible(result.ok.info));
  }
}

/// A server that does not tell its warnings has none for us.
void Console::tell_warnings() {
  const auto warnings = session_.ask("SHOW WARNINGS");
  if (!warnings) return;
  for (const mysql::Row& row : warnings->rows) {
    if (row.size() < 3) return;
    say(fmt::format("{} {}: {}", visible(row[0].value_or("Warning")), visible(row[1].value_or("")),
                    visible(row[2].value_or(""))));
  }
}

}  // namespace sluice::ctl
