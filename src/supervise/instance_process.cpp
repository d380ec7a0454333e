#include "supervise/instance_process.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/file.h"
#include "supervise/launch.h"
#include "supervise/output_tail.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;

fs::path process_file(const fs::path& directory) {
  return directory / "process";
}

fs::path output_file(const fs::path& directory) {
  return directory / "output";
}

/// The directory's lock, or nothing if a process has it.
Result<std::optional<FileDescriptor>> try_lock(const fs::path& directory) {
  const auto path = directory / "process.lock";
  auto file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return std::unexpected(std::move(file.error()));
  if (::flock(file->get(), LOCK_EX | LOCK_NB) == 0) return std::optional(std::move(*file));
  if (errno == EWOULDBLOCK) return std::nullopt;
  return fail(ErrorKind::io, fmt::format("cannot lock {}: {}", path.string(), ::strerror(errno)), errno);
}

/// The pidfd of the very process, if it runs. `exact`: also its arguments have to be those; they are not yet while it
/// is being started.
std::optional<FileDescriptor> open_process(const ProcessIdentity& identity, bool exact) {
  // First the descriptor, then the checks: what is checked is then what the descriptor stands for.
  FileDescriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
  if (!descriptor) return std::nullopt;
  const auto stat = read_process_stat(identity.pid);
  if (!stat || stat->state == 'Z' || stat->state == 'X' || stat->start_ticks != identity.start_ticks) {
    return std::nullopt;
  }
  const auto boot = read_boot_id();
  if (!boot || *boot != identity.boot_id) return std::nullopt;
  if (exact && read_command(identity.pid) != identity.command) return std::nullopt;
  return descriptor;
}

/// What the process file says; nothing without one, or with one that no start has written whole.
Result<std::optional<ProcessIdentity>> read_process_file(const fs::path& directory) {
  constexpr std::size_t size_max = 1U << 20U;
  const auto text = read_file(process_file(directory), size_max);
  if (!text && text.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto identity = parse_process_file(*text);
  if (!identity) return std::nullopt;
  return std::optional(std::move(*identity));
}

Result<void> check(const ProcessSettings& settings) {
  const bool complete = !settings.command.empty() && settings.command.front().starts_with('/');
  const bool plain = std::ranges::none_of(settings.command, [](const std::string& text) {
    return text.find_first_of(std::string_view("\n\0", 2)) != std::string::npos;
  });
  if (complete && plain && settings.directory.is_absolute()) return {};
  return fail(ErrorKind::invalid, fmt::format("'{}' cannot be started in '{}': program and directory have to be "
                                              "absolute paths, and no argument may have a line break in it",
                                              fmt::join(settings.command, " "), settings.directory.string()));
}

std::unexpected<Error> runs_already(const fs::path& directory) {
  return fail(ErrorKind::refused, fmt::format("a process runs in {} already", directory.string()));
}

/// Opened for appending; what former processes wrote is put aside when it is much.
Result<FileDescriptor> open_output(const fs::path& directory) {
  constexpr std::uint64_t kept_max = 1U << 20U;
  const auto path = output_file(directory);
  std::error_code error;
  if (const auto size = fs::file_size(path, error); !error && size > kept_max) {
    fs::rename(path, directory / "output.old", error);
  }
  return open_file(path, O_WRONLY | O_CREAT | O_APPEND);
}

Result<ProcessIdentity> identify(pid_t pid, const ProcessSettings& settings, std::uint64_t output_begin) {
  const auto stat = read_process_stat(pid);
  if (!stat) return fail(ErrorKind::io, fmt::format("/proc/{}/stat cannot be read: is /proc mounted?", pid));
  auto boot = read_boot_id();
  if (!boot) return std::unexpected(std::move(boot.error()));
  return ProcessIdentity{pid, stat->start_ticks, std::move(*boot), settings.command, output_begin};
}

}  // namespace

std::vector<std::string> usual_environment() {
  std::vector<std::string> all{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  for (const char* name : {"TZ", "LANG"}) {
    if (const char* value = ::getenv(name)) all.push_back(fmt::format("{}={}", name, value));
  }
  return all;
}

std::string Ending::text() const {
  std::string text;
  switch (how) {
    case How::exited:
      text = fmt::format("ended with exit code {}", number);
      break;
    case How::signalled:
      text = fmt::format("was ended by signal {} ({})", number, ::strsignal(number));
      break;
    case How::gone:
      text = "is gone";
      break;
  }
  return output.empty() ? text : text + ": " + output;
}

InstanceProcess::InstanceProcess(fs::path directory, ProcessIdentity identity, FileDescriptor descriptor)
    : directory_(std::move(directory)), identity_(std::move(identity)), descriptor_(std::move(descriptor)) {}

Result<InstanceProcess> InstanceProcess::start(const ProcessSettings& settings,
                                               const std::function<void(pid_t)>& before_program) {
  if (auto checked = check(settings); !checked) return std::unexpected(std::move(checked.error()));
  std::error_code error;
  fs::create_directories(settings.directory, error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the directory {}: {}", settings.directory.string(), error.message()));
  }
  auto lock = try_lock(settings.directory);
  if (!lock) return std::unexpected(std::move(lock.error()));
  if (!*lock) return runs_already(settings.directory);
  // Somebody may have removed the lock's file under a running process.
  const auto former = read_process_file(settings.directory);
  if (!former) return std::unexpected(former.error());
  if (*former && open_process(**former, false)) return runs_already(settings.directory);
  auto output = open_output(settings.directory);
  if (!output) return std::unexpected(std::move(output.error()));
  const auto output_begin = file_size(*output, output_file(settings.directory));
  if (!output_begin) return std::unexpected(output_begin.error());

  ProcessIdentity identity;
  auto launched = launch({settings.command, settings.environment, settings.directory, &*output, &**lock},
                         [&](pid_t pid) -> Result<void> {
                           auto known = identify(pid, settings, *output_begin);
                           if (!known) return std::unexpected(std::move(known.error()));
                           identity = std::move(*known);
                           auto written = replace_file(process_file(settings.directory), process_file_text(identity));
                           if (written && before_program) before_program(pid);
                           return written;
                         });
  if (launched) return InstanceProcess(settings.directory, std::move(identity), std::move(launched->descriptor));
  fs::remove(process_file(settings.directory), error);
  return std::unexpected(std::move(launched.error()));
}

Result<std::optional<InstanceProcess>> InstanceProcess::find(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return std::nullopt;
  // A process that is just being started becomes what its file says; one that is just ending lets its lock go.
  constexpr int looks_max = 40;
  constexpr auto pause = std::chrono::milliseconds(25);
  for (int look = 0; look < looks_max; ++look) {
    if (look > 0) std::this_thread::sleep_for(pause);
    auto identity = read_process_file(directory);
    if (!identity) return std::unexpected(std::move(identity.error()));
    if (*identity) {
      auto descriptor = open_process(**identity, true);
      if (descriptor) return InstanceProcess(directory, std::move(**identity), std::move(*descriptor));
    }
    auto lock = try_lock(directory);
    if (!lock) return std::unexpected(std::move(lock.error()));
    if (*lock) return std::nullopt;
  }
  return fail(ErrorKind::refused,
              fmt::format("{} is locked by a process that its file 'process' does not name; find it "
                          "with `fuser {}` and end it, then try again",
                          directory.string(), (directory / "process.lock").string()));
}

Result<void> InstanceProcess::signal(int number) const {
  if (ending_ || ::syscall(SYS_pidfd_send_signal, descriptor_.get(), number, nullptr, 0) == 0 || errno == ESRCH) {
    return {};
  }
  return fail(ErrorKind::io, fmt::format("cannot send signal {} to process {}: {}", number, pid(), ::strerror(errno)),
              errno);
}

const std::optional<Ending>& InstanceProcess::ended() {
  pollfd readable{descriptor_.get(), POLLIN, 0};
  if (ending_ || ::poll(&readable, 1, 0) <= 0) return ending_;
  Ending ending;
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(descriptor_.get()), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
    ending.how = info.si_code == CLD_EXITED ? Ending::How::exited : Ending::How::signalled;
    ending.number = info.si_status;
  }
  ending.output = read_output_tail(output_file(directory_), identity_.output_begin);
  ending_ = std::move(ending);
  return ending_;
}

}  // namespace sluice::supervise
