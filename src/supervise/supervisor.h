#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "supervise/instance_name.h"
#include "supervise/instance_process.h"

namespace sluice::supervise {

/// What came of waiting for a process to be ready.
struct Readiness {
  bool ready = false;
  std::optional<Ending> ending;  ///< it ended instead; nothing: neither until the limit
};

/// A process that runs.
struct Running {
  std::string name;
  pid_t pid = 0;
  bool adopted = false;  ///< found, not started by us: its exit code will not be known
};

/// The processes of all instances of one work directory, on an Asio event loop, which it never blocks. It is the only
/// one for its directory: another is refused while it lives, and can begin as soon as it is gone, kill -9 included.
/// Dropping it leaves the processes running.
///
/// All calls, and the coroutines, run in the loop given to open(), which has one thread or is a strand, and which must
/// run until the coroutines have ended.
class Supervisor {
 public:
  /// Called in the loop when a process has ended, however that came; not while stop(), kill() or wait_ready()
  /// are at it, who tell it themselves. It may start the process again.
  using Ended = std::function<void(const std::string& name, const Ending& ending)>;

  /// `loop` for everything, `pool` for what blocks (forks, the disk). `directory` is absolute and made if it is
  /// missing. ErrorKind::refused if another supervisor has it.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> open(std::filesystem::path directory,
                                                                boost::asio::any_io_executor loop,
                                                                boost::asio::any_io_executor pool, Ended ended);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  [[nodiscard]] std::filesystem::path directory_of(const std::string& name) const;

  /// Finds the process of an instance that runs, and watches it from then on: true; false if none does.
  [[nodiscard]] boost::asio::awaitable<Result<bool>> adopt(std::string name);

  /// Starts an instance's process in directory_of(name) and watches it. `before_program` as InstanceProcess::start has
  /// it, called in the pool. ErrorKind::refused if it runs already.
  [[nodiscard]] boost::asio::awaitable<Result<pid_t>> start(std::string name, std::vector<std::string> command,
                                                            std::vector<std::string> environment,
                                                            std::function<void(pid_t)> before_program = {});

  /// SIGTERM; after `limit` SIGKILL. Ends when the process has. ErrorKind::not_found if it is not watched.
  [[nodiscard]] boost::asio::awaitable<Result<Ending>> stop(std::string name, std::chrono::milliseconds limit);

  /// SIGKILL at once. Ends when the process has.
  [[nodiscard]] boost::asio::awaitable<Result<Ending>> kill(std::string name) { return stop(std::move(name), {}); }

  /// Ends when the process has, or after `limit` with nothing. Nothing too if it is not watched.
  [[nodiscard]] boost::asio::awaitable<std::optional<Ending>> wait(std::string name, std::chrono::milliseconds limit);

  /// Asks `is_ready`, in the pool, 50 times a second, until it says yes, the process ends or `limit` passes. Of an end
  /// meanwhile only who waits is told.
  [[nodiscard]] boost::asio::awaitable<Readiness> wait_ready(std::string name, std::function<bool()> is_ready,
                                                             std::chrono::milliseconds limit);

  /// Where what blocks may run.
  [[nodiscard]] boost::asio::any_io_executor pool() const;
  [[nodiscard]] boost::asio::any_io_executor loop() const;

  [[nodiscard]] std::vector<Running> running() const;

 private:
  struct State;
  explicit Supervisor(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace sluice::supervise
