#include "server/reporter.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::server {
namespace {

using namespace std::chrono_literals;

/// The first report there is, within ten seconds.
std::vector<metadb::InstanceReport> first_reports(const Reporter& reporter) {
  for (int i = 0; i < 1000 && reporter.reports().empty(); ++i)
    std::this_thread::sleep_for(10ms);
  return reporter.reports();
}

InstanceKeeper::Running instance(const std::string& name, std::uint16_t port) {
  InstanceKeeper::Running running;
  running.name = name;
  running.ip = "127.0.0.1";
  running.port = port;
  running.pid = ::getpid();
  running.directory = "/nosuch";
  running.state = metadb::InstanceState::running;
  return running;
}

TEST(Reporter, NothingRunsAndNothingIsReported) {
  const Reporter reporter(CipherKey{}, [] { return std::vector<InstanceKeeper::Running>{}; });
  EXPECT_TRUE(reporter.reports().empty());
}

TEST(Reporter, OneThatCannotBeReachedIsReportedWithItsProcess) {
  const Reporter reporter(CipherKey{}, [] { return std::vector{instance("i", 1)}; });
  const auto reports = first_reports(reporter);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].name, "i");
  EXPECT_EQ(reports[0].trouble, "it does not answer");
  EXPECT_EQ(reports[0].pid, ::getpid());
  EXPECT_GT(reports[0].memory_used, 0);
  EXPECT_EQ(reports[0].delay_ms, -1);
  EXPECT_EQ(reports[0].last_file, "");
}

TEST(Reporter, OneWithoutAPortIsNotAsked) {
  const Reporter reporter(CipherKey{}, [] { return std::vector{instance("i", 0)}; });
  const auto reports = first_reports(reporter);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].trouble, "");
}

TEST(Reporter, HowLongOneDoesNotAnswerIsTold) {
  const Reporter reporter(CipherKey{}, [] { return std::vector{instance("i", 1)}; });
  const auto silence = [&] {
    const auto reports = reporter.reports();
    return reports.empty() ? -1 : reports[0].unanswered_ms;
  };
  for (int i = 0; i < 1000 && silence() < 900; ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_GE(silence(), 900);
}

TEST(Reporter, ItEndsAtOnce) {
  const auto begin = std::chrono::steady_clock::now();
  {
    const Reporter reporter(CipherKey{}, [] { return std::vector{instance("i", 1)}; });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace sluice::server
