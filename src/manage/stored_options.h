#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "cluster/hosted_instance.h"
#include "manage/cluster_parameter.h"

namespace sluice::manage {

/// What the MetaDB's column `options` of a tenant or an instance holds, as JSON: {"parameters": {...}, "demands":
/// {...}, "replaces": "...", "stands_in_for": "..."}. Other members, of a newer program, are kept.
struct StoredOptions {
  SetValues parameters;
  cluster::Demands demands;
  std::string replaces{};       ///< of an instance that is being moved here: the one that goes when this has its log
  std::string stands_in_for{};  ///< of an instance made for a lost one: when that is back, one of the two goes
};

/// Text that is not such JSON is corrupt.
[[nodiscard]] Result<StoredOptions> parse_options(std::string_view json);
/// `options` over `before`, whose unknown members stay.
[[nodiscard]] std::string options_text(const StoredOptions& options, std::string_view before = "{}");

}  // namespace sluice::manage
