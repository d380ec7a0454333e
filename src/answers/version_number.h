#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::answers {

/// 50735 of "5.7.35-log": what MySQL compares versions by. Parts that are missing or no numbers count as 0.
[[nodiscard]] std::uint32_t version_number(std::string_view version);

}  // namespace sluice::answers
