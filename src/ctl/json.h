#pragma once

#include <string>

#include "mysql/client.h"

namespace sluice::ctl {

/// The result as an array of objects, an object a line, without an end of line behind the last; "[]" for no rows and
/// for statements without result. Members have the columns' names; a name that came before gets "_2", "_3" ... behind
/// it. NULL is null. Values of number columns are numbers, digit by digit as the server sent them (what JSON does not
/// take for a number stays text); all others are text, in which U+FFFD stands for bytes that are no UTF-8.
[[nodiscard]] std::string render_json(const mysql::QueryResult& result);

/// The text as JSON has it, quotes included, whatever its bytes.
[[nodiscard]] std::string json_of(std::string_view text);

}  // namespace sluice::ctl
