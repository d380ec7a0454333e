#pragma once

namespace sluice {

/// What our programs end with besides 0, for who starts them. Everything they could not do for other reasons is 1.
inline constexpr int exit_failed = 1;
/// The address they were to listen at is in use: with another port it may go.
inline constexpr int exit_address_in_use = 3;

}  // namespace sluice
