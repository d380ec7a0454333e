#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// "text" as JSON has it, quotes included. Bytes that are no part of ASCII are kept: give it UTF-8.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace sluice
