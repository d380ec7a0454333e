#pragma once

#include <array>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace sluice::listen {

/// Keeps addresses out for a while from which log-ins failed again and again, so that passwords cannot be tried at
/// will. An IPv4 address counts by itself; of an IPv6 address the first 64 bits count, the rest a host chooses freely.
/// Pure: the time comes from the caller. Any thread.
class LoginGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::uint64_t failures_max = 100;  ///< 0: nobody is kept out
    std::chrono::seconds window{60};   ///< so long after its last failure an address begins anew
  };

  /// Remembers so many addresses. From more at a time the one whose last failure is the oldest is forgotten.
  static constexpr std::size_t addresses_max = 16384;

  /// A log-in failed: a wrong password, an unknown name, something that is no log-in.
  void failed(const boost::asio::ip::address& address, const Limits& limits, Time now);
  void succeeded(const boost::asio::ip::address& address);

  /// For how long an address is still kept out; nothing if it is not.
  [[nodiscard]] std::optional<std::chrono::seconds> blocked(const boost::asio::ip::address& address,
                                                            const Limits& limits, Time now) const;

  [[nodiscard]] std::size_t size() const;

 private:
  using Key = std::array<std::uint8_t, 16>;
  struct Entry {
    Key key;
    std::uint64_t failures = 0;
    Time last;
  };
  using Entries = std::list<Entry>;  ///< in the order of their last failures

  [[nodiscard]] static Key key_of(const boost::asio::ip::address& address);

  mutable std::mutex mutex_;
  Entries entries_;
  std::map<Key, Entries::iterator> found_;
};

}  // namespace sluice::listen
