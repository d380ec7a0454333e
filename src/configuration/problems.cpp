#include "configuration/problems.h"

#include <fmt/format.h>

namespace sluice::configuration {

Result<void> Problems::verdict(const std::filesystem::path& path) const {
  if (all.empty()) return {};
  return fail(ErrorKind::invalid, fmt::format("{}: {}", path.string(), fmt::join(all, "; ")));
}

}  // namespace sluice::configuration
