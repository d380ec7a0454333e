#pragma once

#include <string_view>

#include "base/error.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// Ends a query on the tenant's side too when nobody waits for its answer any more: for MySQL from 5.7.8 on and for
/// OceanBase, in this order, because MySQL reads no hint behind one it does not know. To others it is a comment.
inline constexpr std::string_view tenant_select_hint =
    "/*+ MAX_EXECUTION_TIME(10000) QUERY_TIMEOUT(10000000) */";  // milliseconds, microseconds

struct TenantQueryRules {
  std::string_view database{};  ///< the session's; empty for none
  bool parameters = false;      ///< "?" may stand for a value
};

/// Reads the rest of a statement that only the tenant database can answer, and lets pass what can do no more than read
/// metadata. The cursor stands behind the word the function is named for. All read to the end of the statement.
///
/// What comes out is written anew, token by token: comments are gone, names and strings are quoted so that no sql_mode
/// without ANSI_QUOTES and NO_BACKSLASH_ESCAPES and no character set that is a superset of UTF-8 reads them
/// differently, tables carry their database, and DATABASE() is replaced by its value. Error 1235 for what is not let
/// through.

/// SELECT from views of information_schema that describe the schema: no nested SELECT, no INTO, no variables, no
/// functions but a list of harmless ones, no other tables.
[[nodiscard]] Result<TenantQuery> parse_information_schema_select(TokenCursor& cursor, const TenantQueryRules& rules);

/// SHOW CREATE {TABLE | DATABASE}, COLUMNS, TABLES, TABLE STATUS, INDEX, DATABASES, COLLATION, CHARACTER SET, ENGINES
/// with their modifiers; nothing, and the cursor where it was, if it is none of these.
[[nodiscard]] Result<std::optional<TenantQuery>> parse_metadata_show(TokenCursor& cursor,
                                                                     const TenantQueryRules& rules);

/// DESCRIBE table [column]
[[nodiscard]] Result<TenantQuery> parse_describe(TokenCursor& cursor, const TenantQueryRules& rules);

}  // namespace sluice::sql
