#include "mysql/interruption.h"

#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

namespace sluice::mysql {
namespace {

using namespace std::chrono_literals;

Deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST(Interruption, AWaitEndsAtItsDeadline) {
  const auto interruption = Interruption::make().value();
  const FileDescriptor silent(::eventfd(0, EFD_CLOEXEC));
  const Deadline deadline = in(20ms);
  EXPECT_EQ(interruption->wait(silent.get(), POLLIN, deadline), false);
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
}

TEST(Interruption, AWaitEndsWhenThereIsSomething) {
  const auto interruption = Interruption::make().value();
  const FileDescriptor ready(::eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(interruption->wait(ready.get(), POLLIN, in(10s)), true);
}

TEST(Interruption, ARequestEndsAllWaitsForGood) {
  const auto interruption = Interruption::make().value();
  const FileDescriptor silent(::eventfd(0, EFD_CLOEXEC));
  std::thread other([&] { interruption->request(); });
  EXPECT_EQ(interruption->wait(silent.get(), POLLIN, in(10s)).error().kind, ErrorKind::closed);
  EXPECT_EQ(interruption->wait(silent.get(), POLLIN, in(10s)).error().kind, ErrorKind::closed);
  other.join();
}

}  // namespace sluice::mysql
