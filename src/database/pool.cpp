#include "database/pool.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sluice::database {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

Pool::Pool(const Options& options, PoolLimits limits) : limits_(limits) {
  SLUICE_ASSERT(limits_.connections > 0);
  connections_.reserve(limits_.connections);
  for (std::size_t number = 0; number < limits_.connections; ++number) {
    idle_.push_back(&connections_.emplace_back(Database::unconnected(options)));
  }
}

std::uint64_t Pool::statement_count() const {
  std::uint64_t sum = 0;
  for (const Database& connection : connections_) {
    sum += connection.statement_count();
  }
  return sum;
}

Result<Pool::Lent> Pool::borrow() {
  auto idle = wait_for_idle();
  if (!idle) return std::unexpected(std::move(idle.error()));
  Lent lent(*idle, GiveBack{this});
  if (lent->is_connected()) return lent;
  if (auto connected = connect(*lent); !connected) return std::unexpected(std::move(connected.error()));
  return lent;
}

Result<Database*> Pool::wait_for_idle() {
  std::unique_lock lock(mutex_);
  if (!given_back_.wait_for(lock, limits_.wait, [this] { return !idle_.empty(); })) {
    return fail(ErrorKind::limit,
                fmt::format("{}: all {} connections to it stayed in use for {} s: it is slow, or too many statements "
                            "run at once; try again",
                            connections_.front().name(), limits_.connections, seconds_of(limits_.wait)));
  }
  // One that is connected goes first, so that few are open when few are needed.
  auto chosen = std::find_if(idle_.rbegin(), idle_.rend(), [](const Database* idle) { return idle->is_connected(); });
  if (chosen == idle_.rend()) chosen = idle_.rbegin();
  Database* connection = *chosen;
  idle_.erase(std::next(chosen).base());
  return connection;
}

void Pool::give_back(Database* connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(connection);
  }
  given_back_.notify_one();
}

std::optional<Error> Pool::failure_to_tell() {
  if (!failure_) return std::nullopt;
  const auto age = Clock::now() - failed_at_;
  if (!trying_again_ && age >= limits_.failure_stays) {
    trying_again_ = true;
    return std::nullopt;
  }
  Error told = *failure_;
  told.message += fmt::format(" (tried {:.1f} s ago)", seconds_of(age));
  return told;
}

Result<void> Pool::connect(Database& connection) {
  {
    const std::lock_guard lock(mutex_);
    if (auto failure = failure_to_tell()) return std::unexpected(std::move(*failure));
  }
  auto connected = connection.connect();
  const std::lock_guard lock(mutex_);
  trying_again_ = false;
  failure_.reset();
  if (!connected) {
    failure_ = connected.error();
    failed_at_ = Clock::now();
  }
  return connected;
}

}  // namespace sluice::database
