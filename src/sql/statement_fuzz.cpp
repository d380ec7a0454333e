#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "sql/parser.h"
#include "sql/prepared_text.h"

/// Any bytes as a statement: the parser neither crashes nor recurses without bound, its errors have a number, and what
/// it hands to the tenant database it would let pass again, unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  if (size == 0) return 0;
  const std::uint8_t mode = data[0];
  const std::string_view text = as_text(ByteView(data, size).subspan(1));
  sql::ParseRules rules{.dialect = {.ansi_quotes = (mode & 1U) != 0,
                                    .no_backslash_escapes = (mode & 2U) != 0,
                                    .pipes_as_concat = (mode & 4U) != 0},
                        .database = (mode & 8U) != 0 ? "information_schema" : "",
                        .parameters = (mode & 16U) != 0};
  const auto statement = sql::parse_statement(text, rules);
  if (!statement) {
    if (statement.error().code == 0 || statement.error().message.empty()) std::abort();
    return 0;
  }
  if (const auto* query = std::get_if<sql::TenantQuery>(&*statement)) {
    const sql::ParseRules tenant_rules{.parameters = rules.parameters, .size_max = rules.size_max * 8};
    const auto again = sql::parse_statement(query->text, tenant_rules);
    if (!again || std::get<sql::TenantQuery>(*again).text != query->text) std::abort();
  }
  if (const auto prepared = sql::PreparedText::make(std::string(text), rules.dialect); prepared) {
    const std::vector<sql::Value> values(prepared->parameter_count(), sql::Value("'\\\xFF"));
    (void)sql::parse_statement(prepared->with_values(values, rules.dialect), rules);
  }
  return 0;
}
