#pragma once

#include <cstdint>
#include <span>

namespace sluice {

/// Fills `out` with bytes nobody can guess (the operating system's generator). Ends the process if the system has none.
void fill_random(std::span<std::uint8_t> out);

}  // namespace sluice
