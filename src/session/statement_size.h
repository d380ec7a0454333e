#pragma once

#include <cstddef>

namespace sluice::session {

/// Of one statement, and of all that is bound to one in pieces.
inline constexpr std::size_t statement_size_max = 1U << 20U;

}  // namespace sluice::session
