#include "listen/login_guard.h"

#include <algorithm>

namespace sluice::listen {

namespace ip = boost::asio::ip;

LoginGuard::Key LoginGuard::key_of(const ip::address& address) {
  constexpr std::size_t network_size = 8;
  Key key{};
  if (address.is_v4()) {
    const auto mapped = ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
    std::ranges::copy(mapped, key.begin());
    return key;
  }
  const auto bytes = address.to_v6().to_bytes();
  std::copy_n(bytes.begin(), address.to_v6().is_v4_mapped() ? bytes.size() : network_size, key.begin());
  return key;
}

void LoginGuard::failed(const ip::address& address, const Limits& limits, Time now) {
  if (limits.failures_max == 0) return;
  const Key key = key_of(address);
  const std::lock_guard lock(mutex_);
  const auto known = found_.find(key);
  if (known != found_.end()) {
    entries_.splice(entries_.end(), entries_, known->second);
  } else {
    found_[key] = entries_.insert(entries_.end(), Entry{key, 0, now});
  }
  Entry& entry = entries_.back();
  if (now - entry.last >= limits.window) entry.failures = 0;
  ++entry.failures;
  entry.last = now;
  while (entries_.size() > addresses_max || now - entries_.front().last >= limits.window) {
    found_.erase(entries_.front().key);
    entries_.pop_front();
  }
}

void LoginGuard::succeeded(const ip::address& address) {
  const std::lock_guard lock(mutex_);
  const auto known = found_.find(key_of(address));
  if (known == found_.end()) return;
  entries_.erase(known->second);
  found_.erase(known);
}

std::optional<std::chrono::seconds> LoginGuard::blocked(const ip::address& address, const Limits& limits,
                                                        Time now) const {
  if (limits.failures_max == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto known = found_.find(key_of(address));
  if (known == found_.end() || known->second->failures < limits.failures_max) return std::nullopt;
  const auto left = known->second->last + limits.window - now;
  if (left <= Time::duration::zero()) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(left);
}

std::size_t LoginGuard::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace sluice::listen
