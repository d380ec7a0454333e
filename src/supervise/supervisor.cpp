#include "supervise/supervisor.h"

#include <csignal>
#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/log.h"
#include "supervise/run_on.h"

namespace sluice::supervise {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// A process that is watched.
struct Watched {
  Watched(std::string its_name, InstanceProcess its_process, bool was_found, const asio::any_io_executor& loop)
      : name(std::move(its_name)), process(std::move(its_process)), adopted(was_found), exit(loop), pause(loop) {}

  void wake() {
    for (asio::steady_timer* waiter : waiters)
      waiter->cancel();
  }

  std::string name;
  InstanceProcess process;
  bool adopted;
  asio::posix::stream_descriptor exit;  ///< a copy of the process's descriptor
  asio::steady_timer pause;
  std::optional<Ending> ending;
  std::set<asio::steady_timer*> waiters;  ///< of those who wait for the end, on their stacks
  std::size_t claims = 0;                 ///< how many will tell of its end themselves
};

std::unexpected<Error> not_watched(const std::string& name) {
  return fail(ErrorKind::not_found, fmt::format("the instance '{}' has no process", name));
}

}  // namespace

struct Supervisor::State : std::enable_shared_from_this<State> {
  std::filesystem::path directory;
  asio::any_io_executor loop;
  asio::any_io_executor pool;
  Ended on_end;
  FileDescriptor lock;
  std::map<std::string, std::shared_ptr<Watched>> watched;
  std::set<std::string> beginning;  ///< being started or looked for
  bool closed = false;

  [[nodiscard]] Result<void> claim(const std::string& name) {
    if (!is_instance_name(name)) {
      return fail(ErrorKind::invalid, fmt::format("'{}' cannot be an instance's name: up to 128 letters, digits, '.', "
                                                  "'_' and '-' can",
                                                  name));
    }
    if (watched.contains(name) || !beginning.insert(name).second) {
      return fail(ErrorKind::refused, fmt::format("the instance '{}' runs, or is being started, already", name));
    }
    return {};
  }

  [[nodiscard]] Result<void> watch(const std::string& name, InstanceProcess process, bool adopted) {
    FileDescriptor copy(::fcntl(process.descriptor(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return fail(ErrorKind::limit, "no file descriptor is left to watch a process with");
    auto one = std::make_shared<Watched>(name, std::move(process), adopted, loop);
    error_code error;
    one->exit.assign(copy.get(), error);
    if (error) return fail(ErrorKind::io, fmt::format("a process cannot be watched: {}", error.message()));
    (void)copy.release();
    watched[name] = one;
    asio::co_spawn(loop, wait_exit(shared_from_this(), std::move(one)), asio::detached);
    return {};
  }

  void close() {
    closed = true;
    for (const auto& [name, one] : watched) {
      error_code error;
      one->exit.close(error);
      one->pause.cancel();
      one->wake();
    }
    watched.clear();
    lock = FileDescriptor();
  }

  static asio::awaitable<void> wait_exit(std::shared_ptr<State> state, std::shared_ptr<Watched> one) {
    while (!one->ending) {
      error_code error;
      auto token = asio::redirect_error(asio::use_awaitable, error);
      co_await one->exit.async_wait(asio::posix::stream_descriptor::wait_read, token);
      if (state->closed) co_return;
      if (error) {
        log::warning("the process of {} is looked at once a second: {}", one->name, error.message());
        one->pause.expires_after(std::chrono::seconds(1));
        co_await one->pause.async_wait(token);
      }
      const auto look = [&one] { return one->process.ended(); };
      auto ending = co_await run_on(state->pool, state->loop, look);
      if (state->closed) co_return;
      one->ending = std::move(ending);
    }
    error_code error;
    one->exit.close(error);
    state->watched.erase(one->name);
    const bool told_elsewhere = one->claims > 0;
    one->wake();
    if (!told_elsewhere && state->on_end) state->on_end(one->name, *one->ending);
  }

  /// Whether it has ended, before `limit` passed or the supervisor was dropped.
  static asio::awaitable<bool> wait_until(std::shared_ptr<Watched> one, std::chrono::milliseconds limit) {
    if (one->ending) co_return true;
    asio::steady_timer timer(one->pause.get_executor());
    timer.expires_after(limit);
    one->waiters.insert(&timer);
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await timer.async_wait(token);
    one->waiters.erase(&timer);
    co_return one->ending.has_value();
  }
};

Supervisor::Supervisor(std::shared_ptr<State> state) : state_(std::move(state)) {}

Supervisor::~Supervisor() {
  state_->close();
}

Result<std::unique_ptr<Supervisor>> Supervisor::open(std::filesystem::path directory, asio::any_io_executor loop,
                                                     asio::any_io_executor pool, Ended ended) {
  if (!directory.is_absolute()) {
    return fail(ErrorKind::invalid, fmt::format("the work directory '{}' has to be absolute", directory.string()));
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the work directory {}: {}", directory.string(), error.message()));
  }
  const auto lock_file = directory / "supervisor.lock";
  auto lock = open_file(lock_file, O_RDWR | O_CREAT);
  if (!lock) return std::unexpected(std::move(lock.error()));
  if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::refused,
                fmt::format("the work directory {} belongs to another supervisor that runs", directory.string()));
  }
  auto state = std::make_shared<State>();
  state->directory = std::move(directory);
  state->loop = std::move(loop);
  state->pool = std::move(pool);
  state->on_end = std::move(ended);
  state->lock = std::move(*lock);
  return std::unique_ptr<Supervisor>(new Supervisor(std::move(state)));
}

std::filesystem::path Supervisor::directory_of(const std::string& name) const {
  return state_->directory / name;
}

asio::awaitable<Result<bool>> Supervisor::adopt(std::string name) {
  const auto state = state_;
  if (auto claimed = state->claim(name); !claimed) co_return std::unexpected(std::move(claimed.error()));
  const auto find = [&] { return InstanceProcess::find(state->directory / name); };
  auto found = co_await run_on(state->pool, state->loop, find);
  state->beginning.erase(name);
  if (!found) co_return fail_in(name, std::move(found.error()));
  if (!*found || state->closed) co_return false;
  if (auto watched = state->watch(name, std::move(**found), true); !watched) {
    co_return fail_in(name, std::move(watched.error()));
  }
  co_return true;
}

asio::awaitable<Result<pid_t>> Supervisor::start(std::string name, std::vector<std::string> command,
                                                 std::vector<std::string> environment,
                                                 std::function<void(pid_t)> before_program) {
  const auto state = state_;
  if (auto claimed = state->claim(name); !claimed) co_return std::unexpected(std::move(claimed.error()));
  const ProcessSettings settings{state->directory / name, std::move(command), std::move(environment)};
  const auto begin = [&] { return InstanceProcess::start(settings, before_program); };
  auto started = co_await run_on(state->pool, state->loop, begin);
  state->beginning.erase(name);
  if (!started) co_return fail_in(name, std::move(started.error()));
  const pid_t pid = started->pid();
  if (state->closed) co_return pid;
  if (auto watched = state->watch(name, std::move(*started), false); !watched) {
    co_return fail_in(fmt::format("{} runs as process {}", name, pid), std::move(watched.error()));
  }
  co_return pid;
}

asio::awaitable<Result<Ending>> Supervisor::stop(std::string name, std::chrono::milliseconds limit) {
  const auto state = state_;
  const auto found = state->watched.find(name);
  if (found == state->watched.end()) co_return not_watched(name);
  const auto one = found->second;
  ++one->claims;
  const bool at_once = limit <= std::chrono::milliseconds::zero();
  auto sent = one->process.signal(at_once ? SIGKILL : SIGTERM);
  bool ended = false;
  if (sent && !at_once) {
    ended = co_await State::wait_until(one, limit);
    if (!ended && !state->closed) {
      log::warning("{} did not end within {} ms of SIGTERM and is killed", name, limit.count());
      sent = one->process.signal(SIGKILL);
    }
  }
  // A process in an uninterruptible call of the system ends only when that does.
  constexpr auto kill_time_max = std::chrono::seconds(30);
  if (sent && !ended && !state->closed) ended = co_await State::wait_until(one, kill_time_max);
  --one->claims;
  if (!sent) co_return fail_in(name, std::move(sent.error()));
  if (ended) co_return *one->ending;
  if (state->closed) co_return fail(ErrorKind::closed, fmt::format("{}: the supervisor ends", name));
  co_return fail(ErrorKind::timeout, fmt::format("{}: process {} has been killed but does not end; its disk may hang",
                                                 name, one->process.pid()));
}

asio::awaitable<std::optional<Ending>> Supervisor::wait(std::string name, std::chrono::milliseconds limit) {
  const auto state = state_;
  const auto found = state->watched.find(name);
  if (found == state->watched.end()) co_return std::nullopt;
  const auto one = found->second;
  const bool ended = co_await State::wait_until(one, limit);
  co_return ended ? one->ending : std::nullopt;
}

asio::awaitable<Readiness> Supervisor::wait_ready(std::string name, std::function<bool()> is_ready,
                                                  std::chrono::milliseconds limit) {
  constexpr auto pause = std::chrono::milliseconds(20);
  const auto state = state_;
  const auto found = state->watched.find(name);
  Readiness readiness;
  if (found == state->watched.end()) co_return readiness;
  const auto one = found->second;
  const auto until = std::chrono::steady_clock::now() + limit;
  ++one->claims;
  while (!readiness.ready && !one->ending && !state->closed && std::chrono::steady_clock::now() < until) {
    readiness.ready = co_await run_on(state->pool, state->loop, is_ready);
    if (!readiness.ready) (void)co_await State::wait_until(one, pause);
  }
  --one->claims;
  readiness.ending = one->ending;
  readiness.ready = readiness.ready && !one->ending;
  co_return readiness;
}

asio::any_io_executor Supervisor::pool() const {
  return state_->pool;
}

asio::any_io_executor Supervisor::loop() const {
  return state_->loop;
}

std::vector<Running> Supervisor::running() const {
  std::vector<Running> all;
  for (const auto& [name, one] : state_->watched)
    all.push_back({name, one->process.pid(), one->adopted});
  return all;
}

}  // namespace sluice::supervise
