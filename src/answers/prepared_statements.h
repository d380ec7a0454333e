#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "sql/dialect.h"
#include "sql/prepared_text.h"

namespace sluice::answers {

/// A statement prepared by protocol.
struct PreparedStatement {
  sql::PreparedText text;
  sql::Dialect dialect;              ///< it was read in, and is again
  std::vector<std::string> columns;  ///< of a SELECT: named by its own text, not by that with values put in
  bool may_block = false;
};

/// A session's prepared statements by number.
class PreparedStatements {
 public:
  static constexpr std::size_t count_max = 64;

  /// The number of a new one, never 0. Error 1461 when there are count_max.
  [[nodiscard]] Result<std::uint32_t> add(PreparedStatement statement);
  /// nullptr if there is none of this number.
  [[nodiscard]] const PreparedStatement* find(std::uint32_t id) const;
  void remove(std::uint32_t id) { statements_.erase(id); }
  void clear() { statements_.clear(); }

 private:
  std::map<std::uint32_t, PreparedStatement> statements_;
  std::uint32_t last_id_ = 0;
};

}  // namespace sluice::answers
