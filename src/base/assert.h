#pragma once

namespace sluice {

/// Ends the process with the place and the text. Only for invariants of our own, never for foreign input.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace sluice

/// An invariant that is checked in release builds too.
#define SLUICE_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::sluice::assertion_failed(#condition, __FILE__, __LINE__))
