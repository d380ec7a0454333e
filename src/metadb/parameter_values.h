#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "metadb/meta_db.h"

namespace sluice::metadb {

/// For what a parameter's value holds. A narrower level goes before a wider one.
enum class ParameterLevel : std::uint8_t { cluster, tenant, instance };
[[nodiscard]] std::string_view to_text(ParameterLevel level);

struct ParameterValue {
  ParameterLevel level = ParameterLevel::cluster;
  std::string scope{};  ///< empty, "cluster.tenant" as to_text() gives it, or an instance's name
  std::string name{};
  std::string value{};
};

// Each change raises Revision::parameters with it.

/// Sets one, over what was there. Whether name and value make sense is the caller's to say.
[[nodiscard]] Result<void> set_parameter(MetaDb& database, const ParameterValue& parameter);
/// Back to the wider level. True if it was set.
[[nodiscard]] Result<bool> unset_parameter(MetaDb& database, const ParameterValue& parameter);
/// What is set for one scope, by name.
[[nodiscard]] Result<std::vector<ParameterValue>> list_parameters(MetaDb& database, ParameterLevel level,
                                                                  const std::string& scope);
/// All that are set, by level (wider first), scope and name. One statement.
[[nodiscard]] Result<std::vector<ParameterValue>> list_all_parameters(MetaDb& database);

}  // namespace sluice::metadb
