#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::mysql {

inline constexpr std::size_t challenge_size = 20;

/// The random bytes a server gives so that a password's proof holds for one login only (MySQL: scramble, nonce).
using Challenge = std::array<std::uint8_t, challenge_size>;

/// A new one from the operating system's generator. As MySQL makes them, no byte is 0, '$' or above 127, because
/// clients treat it as C text.
[[nodiscard]] Challenge make_challenge();

}  // namespace sluice::mysql
