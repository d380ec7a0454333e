#include "database/pool.h"

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "database/database_for_test.h"
#include "database/silent_server_for_test.h"

namespace sluice::database {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

Result<std::int64_t> ask(Pool& pool) {
  return pool.with([](Database& database) { return database.now(); });
}

class PoolTest : public DatabaseTest {
 protected:
  /// The same database at a place that appear() makes.
  [[nodiscard]] Options at_missing_place() {
    Options options = options_;
    if (auto* file = std::get_if<SqliteFile>(&options.address)) {
      place_ = file->path.parent_path() / "later";
      file->path = place_ / "meta.db";
    } else {
      auto& address = std::get<MySqlAddress>(options.address);
      place_ = address.unix_socket + "_later_" + address.database;
      address.unix_socket = place_;
    }
    return options;
  }
  void appear() {
    if (std::holds_alternative<SqliteFile>(options_.address)) {
      std::filesystem::create_directory(place_);
    } else {
      std::filesystem::create_symlink(std::get<MySqlAddress>(options_.address).unix_socket, place_);
    }
  }

 private:
  std::filesystem::path place_;
};
SLUICE_ON_EACH_DATABASE(PoolTest);

TEST_P(PoolTest, many_threads_take_turns_at_few_connections) {
  Pool pool(options_, {.connections = 2});
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        expect_done(pool.with([&](Database& database) -> Result<void> {
          const int now = ++inside;
          if (now > most) most = now;
          const auto time = database.now();
          --inside;
          return time ? Result<void>() : std::unexpected(time.error());
        }));
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, 2);
  EXPECT_EQ(pool.statement_count(), 30U);
}

TEST_P(PoolTest, one_at_a_time_needs_one_connection) {
  Pool pool(options_);
  const Database* first = nullptr;
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(pool.with([&](Database& database) {
      if (first == nullptr) first = &database;
      EXPECT_EQ(first, &database);
      return database.now();
    }));
  }
}

TEST_P(PoolTest, who_waits_too_long_is_told_that_all_are_in_use) {
  Pool pool(options_, {.connections = 1, .wait = milliseconds(50)});
  const auto outer = pool.with([&](Database& database) {
    std::jthread other([&] {
      const auto refused = ask(pool);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, ErrorKind::limit);
      EXPECT_NE(refused.error().message.find("all 1 connections to it stayed in use for 0.05 s"), std::string::npos)
          << refused.error().message;
    });
    other.join();
    return database.now();
  });
  EXPECT_TRUE(outer);
}

TEST_P(PoolTest, a_database_that_appears_is_found_at_the_next_use) {
  Pool pool(at_missing_place(), {.failure_stays = milliseconds(0)});
  EXPECT_FALSE(ask(pool));
  EXPECT_FALSE(ask(pool));
  EXPECT_EQ(pool.statement_count(), 0U);
  appear();
  EXPECT_TRUE(ask(pool));
}

TEST_P(PoolTest, a_failure_stays_for_a_while) {
  Pool pool(at_missing_place(), {.failure_stays = milliseconds(300)});
  const auto started = Clock::now();
  const auto first = ask(pool);
  ASSERT_FALSE(first);
  appear();
  const auto second = ask(pool);
  if (Clock::now() - started < milliseconds(300)) {
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message.find(first.error().message), 0U) << second.error().message;
  }
  std::this_thread::sleep_for(milliseconds(310));
  EXPECT_TRUE(ask(pool));
}

TEST_P(PoolTest, what_fails_in_between_gives_its_connection_back) {
  Pool pool(options_, {.connections = 1, .wait = milliseconds(50)});
  EXPECT_FALSE(pool.with([](Database&) -> Result<void> { return fail(ErrorKind::invalid, "no"); }));
  EXPECT_THROW((void)pool.with([](Database&) -> Result<void> { throw std::runtime_error("thrown"); }),
               std::runtime_error);
  EXPECT_TRUE(ask(pool));
}

class ServerPoolTest : public PoolTest {};
SLUICE_ON_EACH_SERVER(ServerPoolTest);

TEST_P(ServerPoolTest, connections_a_restart_has_cut_are_opened_again) {
  Pool pool(options_, {.connections = 2});
  EXPECT_TRUE(ask(pool));
  PrivateServer::instance(GetParam()).kill_and_restart();
  EXPECT_TRUE(ask(pool));
}

TEST(PoolOfSilentServer, statements_do_not_queue_behind_attempts_to_connect) {
  const SilentServer silent;
  Pool pool(silent.options(), {.connections = 2, .wait = seconds(20), .failure_stays = seconds(60)});
  EXPECT_FALSE(ask(pool));
  const auto started = Clock::now();
  for (int statement = 0; statement < 20; ++statement) {
    const auto told = ask(pool);
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().kind, ErrorKind::timeout);
  }
  EXPECT_LT(Clock::now() - started, milliseconds(900)) << "none of them tried";
}

TEST(PoolOfSilentServer, after_a_failure_one_alone_tries) {
  const SilentServer silent;
  Options options = silent.options();
  options.connect_limit = seconds(2);
  Pool pool(options, {.failure_stays = milliseconds(0)});
  EXPECT_FALSE(ask(pool));
  std::atomic<int> waited = 0;
  std::barrier together(4);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      const auto started = Clock::now();
      EXPECT_FALSE(ask(pool));
      if (Clock::now() - started > milliseconds(1800)) ++waited;
    });
  }
  threads.clear();
  EXPECT_EQ(waited, 1);
}

}  // namespace
}  // namespace sluice::database
