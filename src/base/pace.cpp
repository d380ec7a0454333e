#include "base/pace.h"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::uint64_t shares_per_second = 20;

std::chrono::nanoseconds limited(long double nanoseconds) {
  constexpr auto most = static_cast<long double>(std::chrono::nanoseconds(Pace::pause_max).count());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(nanoseconds, most)));
}

}  // namespace

void Pace::set_rate(std::uint64_t rate, Time now) {
  if (rate == rate_) return;
  if (next_ > now && rate_ != 0 && rate != 0) {
    const auto owed = static_cast<long double>(std::chrono::nanoseconds(next_ - now).count());
    const Time faster = now + limited(owed * static_cast<long double>(rate_) / static_cast<long double>(rate));
    next_ = std::min(next_, faster);
  } else {
    next_ = now;
  }
  rate_ = rate;
}

Pace::Time Pace::use(std::uint64_t amount, Time now) {
  if (rate_ == 0) return now;
  constexpr long double nanoseconds_per_second = 1e9L;
  if (next_ + late_max < now) next_ = now;
  next_ += limited(nanoseconds_per_second * static_cast<long double>(amount) / static_cast<long double>(rate_));
  next_ = std::min(next_, now + pause_max);
  return next_;
}

std::uint64_t Pace::share() const {
  if (rate_ == 0) return UINT64_MAX;
  return std::max<std::uint64_t>(rate_ / shares_per_second, 1);
}

}  // namespace sluice
