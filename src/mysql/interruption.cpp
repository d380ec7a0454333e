#include "mysql/interruption.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace sluice::mysql {
namespace {

/// Rounded up, so that a wait does not end shortly before its deadline and then spins.
int milliseconds_until(Deadline deadline) {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(rest.count(), 0, INT_MAX));
}

}  // namespace

Result<std::shared_ptr<Interruption>> Interruption::make() {
  FileDescriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) {
    return fail(ErrorKind::io, fmt::format("no event descriptor: {}", std::strerror(errno)), errno);
  }
  return std::shared_ptr<Interruption>(new Interruption(std::move(event)));
}

void Interruption::request() noexcept {
  requested_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  // Cannot fail in a way that matters: a full counter is readable too.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

Result<bool> Interruption::wait(int descriptor, short events, Deadline deadline) const {
  std::array<pollfd, 2> waited{pollfd{descriptor, events, 0}, pollfd{event_.get(), POLLIN, 0}};
  for (;;) {
    const int timeout = milliseconds_until(deadline);
    const int ready = ::poll(waited.data(), waited.size(), timeout);
    if (requested()) {
      return fail(ErrorKind::closed, "stopped by this program");
    }
    if (ready < 0 && errno != EINTR) {
      return fail(ErrorKind::io, fmt::format("waiting failed: {}", std::strerror(errno)), errno);
    }
    if (ready > 0) {
      return true;
    }
    if (ready == 0 && timeout < INT_MAX) {
      return false;
    }
  }
}

}  // namespace sluice::mysql
