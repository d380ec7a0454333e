#include "mysql/challenge.h"

#include "base/random.h"

namespace sluice::mysql {

Challenge make_challenge() {
  Challenge challenge{};
  for (std::uint8_t& byte : challenge) {
    while (byte == 0 || byte == '$') {
      fill_random({&byte, 1});
      byte &= 0x7F;
    }
  }
  return challenge;
}

}  // namespace sluice::mysql
