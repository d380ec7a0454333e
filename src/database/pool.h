#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "database/database.h"
#include "database/options.h"

namespace sluice::database {

struct PoolLimits {
  std::size_t connections = 4;                    ///< at least 1
  std::chrono::milliseconds wait{5000};           ///< for one that is free
  std::chrono::milliseconds failure_stays{1000};  ///< so long nobody tries to connect after one could not
};

/// A few connections to one database, for threads that need one now and then: those that carry out statements.
///
/// A connection is opened when it is first needed, and again when it was lost: the pool can be made, and stays of use,
/// while the database is away. Who asks meanwhile is not kept waiting behind others' attempts to connect: a failure is
/// told to all for a while (PoolLimits::failure_stays), and afterwards one alone tries again, while the others are told
/// the last failure still. Any thread; it outlives all calls.
class Pool {
 public:
  explicit Pool(const Options& options, PoolLimits limits = {});
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// What `work` makes, a Result<>, of a connection that is its alone until it returns; it asks for no second one.
  /// Without calling it: the error of connecting, or limit if all connections stayed in use.
  template <typename Work>
  [[nodiscard]] std::invoke_result_t<Work, Database&> with(Work&& work) {
    auto lent = borrow();
    if (!lent) return std::unexpected(std::move(lent.error()));
    return std::forward<Work>(work)(**lent);
  }

  /// Of all connections, as Database counts them.
  [[nodiscard]] std::uint64_t statement_count() const;

 private:
  struct GiveBack {
    Pool* pool;
    void operator()(Database* connection) const { pool->give_back(connection); }
  };
  using Lent = std::unique_ptr<Database, GiveBack>;

  [[nodiscard]] Result<Lent> borrow();
  [[nodiscard]] Result<Database*> wait_for_idle();
  void give_back(Database* connection);
  [[nodiscard]] Result<void> connect(Database& connection);
  /// The failure that is told instead of trying; whoever gets none tries. With the mutex held.
  [[nodiscard]] std::optional<Error> failure_to_tell();

  const PoolLimits limits_;
  std::vector<Database> connections_;

  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Database*> idle_;
  std::optional<Error> failure_;  ///< of the last attempt to connect
  std::chrono::steady_clock::time_point failed_at_;
  bool trying_again_ = false;
};

}  // namespace sluice::database
