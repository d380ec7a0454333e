#pragma once

#include <string>
#include <string_view>

#include "mysql/prepared_statement.h"

namespace sluice::mysql {

/// Text for SQL that we send or put together. Safe with any sql_mode for connections in utf8mb4: quotes are doubled,
/// never escaped with a backslash. (Under NO_BACKSLASH_ESCAPES each backslash arrives doubled.)

/// 'it''s'
[[nodiscard]] std::string quote_text(std::string_view text);
/// `a``b`; a zero byte, which no identifier may have, is left out.
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// NULL, a bare number, or quoted text: what stands in the place of a parameter. A value whose type says number but
/// which does not look like one is quoted.
[[nodiscard]] std::string literal(const Value& value, const ParameterType& type);

}  // namespace sluice::mysql
