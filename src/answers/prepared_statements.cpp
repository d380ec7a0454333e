#include "answers/prepared_statements.h"

#include <fmt/format.h>

#include "sql/error_code.h"

namespace sluice::answers {

Result<std::uint32_t> PreparedStatements::add(PreparedStatement statement) {
  if (statements_.size() >= count_max) {
    return fail(ErrorKind::limit,
                fmt::format("Can't create more than max_prepared_stmt_count statements (current value: {})", count_max),
                sql::error_code::too_many_prepared_statements);
  }
  do {
    ++last_id_;
  } while (last_id_ == 0 || statements_.contains(last_id_));
  statements_.emplace(last_id_, std::move(statement));
  return last_id_;
}

const PreparedStatement* PreparedStatements::find(std::uint32_t id) const {
  const auto found = statements_.find(id);
  return found == statements_.end() ? nullptr : &found->second;
}

}  // namespace sluice::answers
