#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/value.h"

namespace sluice::answers {

/// A session's @variables, by name in lower case. Their number and size have limits: error 1235 beyond.
class UserVariables {
 public:
  static constexpr std::size_t count_max = 1024;
  static constexpr std::size_t size_max = 4U << 20U;  ///< bytes of all names and values

  [[nodiscard]] Result<void> set(const std::string& name, sql::Value value);
  /// NULL for what was never set.
  [[nodiscard]] sql::Value read(std::string_view name) const;
  void clear();

 private:
  std::map<std::string, sql::Value, std::less<>> values_;
  std::size_t size_ = 0;
};

}  // namespace sluice::answers
