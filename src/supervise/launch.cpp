#include "supervise/launch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"

namespace sluice::supervise {
namespace {

constexpr int lock_number = 3;
constexpr int gate_number = 4;
constexpr int lowest_of_ours = 10;  ///< what the new process moves to its places comes from above them
constexpr auto launch_time_max = std::chrono::seconds(10);
constexpr int not_run = 127;

std::unexpected<Error> system_error(std::string_view action, int number) {
  return fail(ErrorKind::io, fmt::format("cannot {}: {}", action, ::strerror(number)), number);
}

Result<FileDescriptor> lift(int descriptor, std::string_view what) {
  FileDescriptor lifted(::fcntl(descriptor, F_DUPFD_CLOEXEC, lowest_of_ours));
  if (!lifted) return system_error(fmt::format("make a descriptor for {}", what), errno);
  return lifted;
}

/// Everything the new process needs, made before the fork: between fork and exec nothing may allocate or lock.
struct Prepared {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory = nullptr;
  FileDescriptor input;
  FileDescriptor output;
  FileDescriptor lock;
  FileDescriptor gate;  ///< the new process's end
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts)
    list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// In the new process: tells what failed, and ends.
[[noreturn]] void give_up(int gate) {
  const int number = errno;
  (void)::send(gate, &number, sizeof number, MSG_NOSIGNAL);
  ::_exit(not_run);
}

/// In the new process, the only thread there is; only async-signal-safe calls.
[[noreturn]] void run(const Prepared& made) {
  for (int number = 1; number < NSIG; ++number)
    (void)::signal(number, SIG_DFL);
  const bool placed = ::dup2(made.input.get(), STDIN_FILENO) >= 0 && ::dup2(made.output.get(), STDOUT_FILENO) >= 0 &&
                      ::dup2(made.output.get(), STDERR_FILENO) >= 0 && ::dup2(made.lock.get(), lock_number) >= 0 &&
                      ::dup3(made.gate.get(), gate_number, O_CLOEXEC) >= 0;
  // Now, not at exec: our own end of the gate is among them, and of the gates of others that start meanwhile.
  if (!placed || ::close_range(gate_number + 1, ~0U, 0) != 0) give_up(made.gate.get());
  constexpr mode_t others = 0027;
  ::umask(others);
  sigset_t none;
  sigemptyset(&none);
  if (::setsid() < 0 || ::chdir(made.directory) != 0) give_up(gate_number);
  char admitted = 0;
  ssize_t got = 0;
  do {
    got = ::recv(gate_number, &admitted, 1, 0);
  } while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(not_run);
  if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) give_up(gate_number);
  ::execve(made.arguments.front(), made.arguments.data(), made.environment.data());
  give_up(gate_number);
}

void reap(const FileDescriptor& process) {
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(process.get()), &info, WEXITED) != 0 && errno == EINTR) {
  }
}

Result<pid_t> fork_and_run(const Prepared& made) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);  // handlers of ours must not run in the new process
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run(made);
  const int number = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return system_error("make a process", number);
  return pid;
}

/// Opens the gate and waits until the program runs, which closes it. The number is of the call that failed, or 0.
Result<int> open_gate(const FileDescriptor& gate) {
  const char admitted = 1;
  int failed = 0;
  if (::send(gate.get(), &admitted, 1, MSG_NOSIGNAL) == 1) {
    pollfd readable{gate.get(), POLLIN, 0};
    const auto limit = std::chrono::milliseconds(launch_time_max).count();
    int ready = 0;
    do {
      ready = ::poll(&readable, 1, static_cast<int>(limit));
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return fail(ErrorKind::timeout, fmt::format("it did not run within {}s", launch_time_max.count()));
  }
  // It may have failed before it was let go, and says so all the same.
  if (::recv(gate.get(), &failed, sizeof failed, MSG_DONTWAIT) != sizeof failed) failed = 0;
  return failed;
}

Result<Prepared> prepare(const Launch& what, int gate) {
  Prepared made;
  made.arguments = pointers(what.command);
  made.environment = pointers(what.environment);
  made.directory = what.directory.c_str();
  auto null = open_file("/dev/null", O_RDONLY);
  if (!null) return std::unexpected(std::move(null.error()));
  const std::array<std::pair<int, FileDescriptor*>, 4> all{{{null->get(), &made.input},
                                                            {what.output->get(), &made.output},
                                                            {what.lock->get(), &made.lock},
                                                            {gate, &made.gate}}};
  for (const auto& [from, to] : all) {
    auto lifted = lift(from, what.command.front());
    if (!lifted) return std::unexpected(std::move(lifted.error()));
    *to = std::move(*lifted);
  }
  return made;
}

}  // namespace

Result<Launched> launch(const Launch& what, const std::function<Result<void>(pid_t)>& admit) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return system_error("make a pair of sockets", errno);
  }
  FileDescriptor gate(ends[0]);
  FileDescriptor its_end(ends[1]);
  auto made = prepare(what, its_end.get());
  if (!made) return std::unexpected(std::move(made.error()));
  const auto pid = fork_and_run(*made);
  if (!pid) return std::unexpected(pid.error());
  its_end = FileDescriptor();
  made->gate = FileDescriptor();

  // Nobody has reaped it yet, so the number is still its own.
  Launched launched{*pid, FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)))};
  if (!launched.descriptor) {
    const int number = errno;
    gate = FileDescriptor();
    (void)::waitpid(*pid, nullptr, 0);
    return system_error("watch a process (pidfd_open, which Linux has since 5.3)", number);
  }
  auto admitted = admit(*pid);
  auto failed = admitted ? open_gate(gate) : Result<int>(0);
  if (admitted && failed && *failed == 0) return launched;
  gate = FileDescriptor();
  (void)::syscall(SYS_pidfd_send_signal, launched.descriptor.get(), SIGKILL, nullptr, 0);
  reap(launched.descriptor);
  if (!admitted) return std::unexpected(std::move(admitted.error()));
  if (!failed) return fail_in(fmt::format("cannot start {}", what.command.front()), failed.error());
  return fail(
      *failed == ENOENT ? ErrorKind::not_found : ErrorKind::io,
      fmt::format("cannot start {} in {}: {}", what.command.front(), what.directory.string(), ::strerror(*failed)),
      *failed);
}

}  // namespace sluice::supervise
