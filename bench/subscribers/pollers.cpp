#include "subscribers/pollers.h"

#include <ctime>

#include <sys/epoll.h>
#include <unistd.h>

#include "base/assert.h"
#include "binlog/event_type.h"

namespace sluice::bench {
namespace {

constexpr std::size_t receive_size = 256U << 10U;
constexpr int look_for_stop_milliseconds = 100;
constexpr std::uint8_t status_error = 0xFF;
constexpr std::uint8_t status_end = 0xFE;

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double clock_seconds(clockid_t clock) {
  timespec time{};
  return ::clock_gettime(clock, &time) == 0 ? seconds(time) : 0;
}

bool begins_transaction(std::uint8_t type) {
  const auto kind = static_cast<binlog::EventType>(type);
  return kind == binlog::EventType::gtid || kind == binlog::EventType::gtid_tagged ||
         kind == binlog::EventType::anonymous_gtid;
}

}  // namespace

std::int64_t now_nanoseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

double cpu_seconds_of(int pid) {
  clockid_t clock{};
  return pid > 0 && ::clock_getcpuclockid(pid, &clock) == 0 ? clock_seconds(clock) : 0;
}

double own_cpu_seconds() {
  return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(receive_size) {
  SLUICE_ASSERT(epoll_ >= 0);
}

Poller::~Poller() {
  ::close(epoll_);
}

void Poller::add(Subscription& subscription, std::size_t index) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = entries_.size();
  entries_.push_back({&subscription, index});
  SLUICE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, subscription.descriptor(), &event) == 0);
}

bool Poller::read(const Entry& entry, const Arrived& arrived) {
  Subscription& subscription = *entry.subscription;
  mysql::IoStep step;
  do {
    step = subscription.receive(buffer_);
    if (step.outcome != mysql::IoStep::Outcome::done) break;
    Arrival arrival{subscription, entry.index, now_nanoseconds(), 0, 0};
    subscription.bytes += step.size;
    subscription.walker.walk(ByteView(buffer_).first(step.size), [&](std::uint8_t status, std::uint8_t type) {
      subscription.ended = subscription.ended || status == status_end;
      subscription.refused = subscription.refused || status == status_error;
      subscription.events += status == PacketWalker::status_event ? 1 : 0;
      arrival.transactions += type == static_cast<std::uint8_t>(binlog::EventType::xid) ? 1 : 0;
      arrival.first_gtids += begins_transaction(type) ? 1 : 0;
    });
    subscription.transactions += arrival.transactions;
    const bool goes_on = arrived(arrival) && !subscription.ended;
    if (subscription.refused) ++failed_;
    if (!goes_on || subscription.refused) return false;
  } while (step.size == buffer_.size());
  if (step.outcome == mysql::IoStep::Outcome::closed || step.outcome == mysql::IoStep::Outcome::failed) {
    ++failed_;
    return false;
  }
  return true;
}

std::size_t Poller::run(const Arrived& arrived, const std::atomic<bool>& stop) {
  epoll_event ready[64];
  std::size_t left = entries_.size();
  while (left > 0 && !stop) {
    const int count = ::epoll_wait(epoll_, ready, std::size(ready), look_for_stop_milliseconds);
    for (int i = 0; i < count; ++i) {
      const Entry& entry = entries_[ready[i].data.u64];
      if (read(entry, arrived)) continue;
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, entry.subscription->descriptor(), nullptr);
      --left;
    }
  }
  return failed_;
}

}  // namespace sluice::bench
