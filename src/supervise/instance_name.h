#pragma once

#include <string_view>

namespace sluice::supervise {

/// The name of an instance is the name of its directory: 1 to 128 of letters, digits, '.', '_', '-', no '.' first.
[[nodiscard]] bool is_instance_name(std::string_view name);

}  // namespace sluice::supervise
