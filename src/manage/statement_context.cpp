#include "manage/statement_context.h"

#include "sql/error_code.h"

namespace sluice::manage {

void StatementContext::warn(std::string message) const {
  if (diagnostics.size() < answers::diagnostics_max) {
    diagnostics.push_back({.error = false, .code = sql::error_code::management, .message = std::move(message)});
  }
}

}  // namespace sluice::manage
