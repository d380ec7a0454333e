#include "supervise/instance_process.h"

#include <fstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;
using How = Ending::How;

/// Waits at the end of all tests for processes that end by themselves.
struct Awaited {
  ~Awaited() {
    for (const pid_t pid : pids)
      ::waitpid(pid, nullptr, 0);
  }
  std::vector<pid_t> pids;
} awaited;

/// Runs `work` in a process of its own, which then waits until it is killed. What it began must outlive it, and falls
/// to a process between it and us, as it would to the system's first: that is why we are not told how it ends.
class Parent {
 public:
  explicit Parent(const std::function<bool()>& work) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t between = ::fork();
    if (between == 0) {
      ::prctl(PR_SET_CHILD_SUBREAPER, 1);
      const pid_t parent = ::fork();
      if (parent == 0) run(work, ends[1]);
      while (::wait(nullptr) > 0) {
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    awaited.pids.push_back(between);
    EXPECT_EQ(::read(ends[0], &pid_, sizeof pid_), static_cast<ssize_t>(sizeof pid_)) << "the work failed";
    ::close(ends[0]);
  }
  void kill_9() const {
    ::kill(pid_, SIGKILL);
    EXPECT_TRUE(within(std::chrono::seconds(5), [&] { return !read_process_stat(pid_); }));
  }

 private:
  [[noreturn]] static void run(const std::function<bool()>& work, int end) {
    const pid_t pid = ::getpid();
    if (!work()) ::_exit(1);
    (void)!::write(end, &pid, sizeof pid);
    while (true)
      ::pause();
  }

  pid_t pid_ = 0;
};

TEST(InstanceProcess, ExitCodeAndLastWordsAreKnown) {
  const Directory directory;
  auto process = InstanceProcess::start(shell(directory.path / "a", "echo one; echo two >&2; exit 7"));
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_EQ(ending_of(*process).text(), "ended with exit code 7: one\ntwo");
  EXPECT_EQ(process->ended()->how, How::exited);
}

TEST(InstanceProcess, TheLastWordsAreOfThisRun) {
  const Directory directory;
  for (const std::string words : {"first", "second"}) {
    auto process = InstanceProcess::start(shell(directory.path / "a", "echo " + words));
    ASSERT_TRUE(process) << process.error().message;
    EXPECT_EQ(ending_of(*process).output, words);
  }
  EXPECT_EQ(*read_file(directory.path / "a/output", 100), "first\nsecond\n");
}

TEST(InstanceProcess, ASignalIsNamed) {
  const Directory directory;
  auto process = InstanceProcess::start(sleeper(directory.path / "a"));
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_FALSE(process->ended());
  ASSERT_TRUE(process->signal(SIGKILL));
  EXPECT_EQ(ending_of(*process).text(), "was ended by signal 9 (Killed)");
  EXPECT_TRUE(process->signal(SIGKILL)) << "to signal what has ended is no error";
}

TEST(InstanceProcess, GetsNothingOfOursButWhatItShall) {
  const Directory directory;
  const int open_everywhere = ::open("/dev/null", O_RDONLY);  // on purpose without close-on-exec
  ::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
  auto settings = shell(directory.path / "a",
                        "pwd; ls /proc/self/fd | wc -l; grep -E 'Sig(Blk|Ign)' /proc/self/status;"
                        "env | sort; umask; test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo own");
  settings.environment = {"PATH=/usr/bin:/bin", "A=b"};
  auto process = InstanceProcess::start(settings);
  ::sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGUSR1, SIG_DFL);
  ::close(open_everywhere);
  ASSERT_TRUE(process) << process.error().message;
  // Descriptors: 0, 1, 2, the lock, and the one of the listing itself.
  EXPECT_EQ(ending_of(*process).output, (directory.path / "a").string() +
                                            "\n5\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
                                            "A=b\nPATH=/usr/bin:/bin\nPWD=" +
                                            (directory.path / "a").string() + "\n0027\nown");
}

TEST(InstanceProcess, AProgramThatIsNotThereIsSaidAtOnce) {
  const Directory directory;
  const ProcessSettings settings{directory.path / "a", {"/no/such/program"}, {}};
  const auto process = InstanceProcess::start(settings);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().kind, ErrorKind::not_found);
  EXPECT_NE(process.error().message.find("/no/such/program"), std::string::npos);
  const auto found = InstanceProcess::find(settings.directory);
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST(InstanceProcess, WhatCannotBeWrittenDownIsRefused) {
  const Directory directory;
  EXPECT_FALSE(InstanceProcess::start({directory.path / "a", {"/bin/sleep", "1\n"}, {}}));
  EXPECT_FALSE(InstanceProcess::start({directory.path / "a", {"sleep", "1"}, {}}));
  EXPECT_FALSE(InstanceProcess::start({"a", {"/bin/sleep", "1"}, {}}));
  EXPECT_FALSE(InstanceProcess::start({directory.path / "a", {}, {}}));
}

TEST(InstanceProcess, OnlyOneRunsInADirectory) {
  const Directory directory;
  auto first = InstanceProcess::start(sleeper(directory.path / "a"));
  ASSERT_TRUE(first) << first.error().message;
  const auto second = InstanceProcess::start(sleeper(directory.path / "a"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::refused);
  fs::remove(directory.path / "a/process.lock");
  EXPECT_FALSE(InstanceProcess::start(sleeper(directory.path / "a"))) << "the lock's file is gone, the process is not";
}

TEST(InstanceProcess, OfManyThatStartOneInTheSameDirectoryOneDoes) {
  const Directory directory;
  std::atomic<int> started{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { started += InstanceProcess::start(sleeper(directory.path / "a")) ? 1 : 0; });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(started, 1);
}

TEST(InstanceProcess, OutlivesItsParentsKill9AndIsAdopted) {
  const Directory directory;
  const Parent parent([&] { return InstanceProcess::start(sleeper(directory.path / "a")).has_value(); });
  parent.kill_9();
  auto found = InstanceProcess::find(directory.path / "a");
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_FALSE((*found)->ended());
  EXPECT_FALSE(InstanceProcess::start(sleeper(directory.path / "a")));
}

TEST(InstanceProcess, AProgramThatMadeItselfAnotherIsNotAdoptedButNotDoubledEither) {
  const Directory directory;
  const Parent parent(
      [&] { return InstanceProcess::start(shell(directory.path / "a", "echo on; exec sleep 1000")).has_value(); });
  parent.kill_9();
  const auto identity = parse_process_file(*read_file(directory.path / "a/process", 1000));
  ASSERT_TRUE(within(std::chrono::seconds(5), [&] {
    return read_command(identity->pid) == std::vector<std::string>{"sleep", "1000"};
  }));
  const auto other = InstanceProcess::find(directory.path / "a");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::refused);
  ::kill(identity->pid, SIGKILL);
  ASSERT_TRUE(within(std::chrono::seconds(5), [&] {
    const auto found = InstanceProcess::find(directory.path / "a");
    return found && !*found;
  }));
}

TEST(InstanceProcess, AdoptedWhileItEndsItIsGoneWithItsLastWords) {
  const Directory directory;
  const Parent parent([&] {
    return InstanceProcess::start(shell(directory.path / "a", "echo busy; while :; do sleep 0.05; done")).has_value();
  });
  parent.kill_9();
  auto found = InstanceProcess::find(directory.path / "a");
  ASSERT_TRUE(found && *found);
  ASSERT_TRUE(within(std::chrono::seconds(5), [&] { return *read_file(directory.path / "a/output", 9) == "busy\n"; }));
  ASSERT_TRUE((*found)->signal(SIGTERM));
  const Ending ending = ending_of(**found);
  EXPECT_EQ(ending.text(), "is gone: busy");
}

TEST(InstanceProcess, AParentKilledWithinAStartLeavesNothingBehind) {
  const Directory directory;
  const Parent parent([&] {
    // Stands still where the process exists and its program does not run yet.
    std::thread([&] {
      (void)InstanceProcess::start(shell(directory.path / "a", "touch ran"), [&](pid_t) {
        std::ofstream(directory.path / "within").put('\n');
        while (true)
          ::pause();
      });
    }).detach();
    return within(std::chrono::seconds(5), [&] { return fs::exists(directory.path / "within"); });
  });
  parent.kill_9();
  const auto found = InstanceProcess::find(directory.path / "a");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(*found);
  EXPECT_FALSE(fs::exists(directory.path / "a/ran"));
  auto again = InstanceProcess::start(shell(directory.path / "a", "touch ran"));
  ASSERT_TRUE(again) << again.error().message;
  (void)ending_of(*again);
  EXPECT_TRUE(fs::exists(directory.path / "a/ran"));
}

TEST(InstanceProcess, ARecycledNumberIsNobody) {
  const Directory directory;
  auto other = InstanceProcess::start(sleeper(directory.path / "other"));
  ASSERT_TRUE(other) << other.error().message;
  const ProcessIdentity living = other->identity();
  fs::create_directory(directory.path / "a");
  const auto file = directory.path / "a/process";
  const auto finds = [&](const ProcessIdentity& identity) {
    std::ofstream(file) << process_file_text(identity);
    const auto found = InstanceProcess::find(directory.path / "a");
    return found && *found;
  };
  ProcessIdentity earlier = living;
  earlier.start_ticks -= 1;
  EXPECT_FALSE(finds(earlier));
  ProcessIdentity other_boot = living;
  other_boot.boot_id.back() = other_boot.boot_id.back() == '0' ? '1' : '0';
  EXPECT_FALSE(finds(other_boot));
  ProcessIdentity other_program = living;
  other_program.command.back() = "1001";
  EXPECT_FALSE(finds(other_program));
  EXPECT_TRUE(finds(living)) << "the same in all is the same";
  fs::remove_all(directory.path / "a");
}

TEST(InstanceProcess, AZombieHasEnded) {
  const Directory directory;
  auto process = InstanceProcess::start(shell(directory.path / "a", "exit 0"));
  ASSERT_TRUE(process) << process.error().message;
  // Nobody has reaped it yet.
  ASSERT_TRUE(within(std::chrono::seconds(5), [&] { return read_process_stat(process->pid())->state == 'Z'; }));
  const auto found = InstanceProcess::find(directory.path / "a");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(*found);
}

TEST(InstanceProcess, WithoutADirectoryThereIsNobody) {
  const Directory directory;
  const auto found = InstanceProcess::find(directory.path / "missing");
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
  EXPECT_FALSE(fs::exists(directory.path / "missing"));
}

TEST(InstanceProcess, ADirectoryThatCannotBeMadeIsNamed) {
  const Directory directory;
  std::ofstream(directory.path / "file").put('\n');
  const auto process = InstanceProcess::start(sleeper(directory.path / "file/a"));
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("file/a"), std::string::npos);
}

TEST(InstanceProcess, OnAFullDiskNothingRuns) {
  const Directory directory;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &none);  // no file may grow, as when there is no room
  const auto process = InstanceProcess::start(shell(directory.path / "a", "touch ran"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("a/process"), std::string::npos) << process.error().message;
  EXPECT_FALSE(fs::exists(directory.path / "a/ran"));
  EXPECT_TRUE(InstanceProcess::start(shell(directory.path / "a", "touch ran")));
}

TEST(InstanceProcess, FiftyRunAtOnceAndAreAllAdopted) {
  const Directory directory;
  const Parent parent([&] {
    for (int i = 0; i < 50; ++i) {
      if (!InstanceProcess::start(sleeper(directory.path / std::to_string(i)))) return false;
    }
    return true;
  });
  parent.kill_9();
  for (int i = 0; i < 50; ++i) {
    auto found = InstanceProcess::find(directory.path / std::to_string(i));
    ASSERT_TRUE(found && *found) << i;
    ASSERT_TRUE((*found)->signal(SIGTERM));
    EXPECT_EQ(ending_of(**found).how, How::gone);
  }
}

}  // namespace
}  // namespace sluice::supervise
