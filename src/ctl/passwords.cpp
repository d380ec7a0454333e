#include "ctl/passwords.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "ctl/characters.h"

namespace sluice::ctl {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

void note_signal(int number) {
  caught_signal = number;
}

/// A terminal that does not show what is typed, for as long as this lives. Signals that would end us come only while
/// wait() waits, and have their effect when the terminal is as it was.
class Hidden {
 public:
  explicit Hidden(int terminal) : terminal_(terminal) {
    caught_signal = 0;
    sigset_t held;
    sigemptyset(&held);
    struct sigaction noting = {};
    noting.sa_handler = note_signal;
    for (std::size_t i = 0; i < std::size(signals); ++i) {
      sigaddset(&held, signals[i]);
      ::sigaction(signals[i], &noting, &actions_[i]);
    }
    ::sigprocmask(SIG_BLOCK, &held, &mask_);
    hidden_ = ::tcgetattr(terminal_, &shown_) == 0;
    if (!hidden_) return;
    termios silent = shown_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~Hidden() {
    if (hidden_) ::tcsetattr(terminal_, TCSAFLUSH, &shown_);
    for (std::size_t i = 0; i < std::size(signals); ++i) {
      ::sigaction(signals[i], &actions_[i], nullptr);
    }
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    if (caught_signal != 0) ::raise(caught_signal);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

  [[nodiscard]] bool hidden() const { return hidden_; }

  /// Until a line was typed: true; or a signal came: false.
  [[nodiscard]] bool wait() const {
    pollfd readable = {.fd = terminal_, .events = POLLIN, .revents = 0};
    return ::ppoll(&readable, 1, nullptr, &mask_) == 1 && caught_signal == 0;
  }

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

  int terminal_;
  bool hidden_ = false;
  termios shown_ = {};
  sigset_t mask_ = {};
  struct sigaction actions_[std::size(signals)] = {};
};

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// All of the file, or nothing behind an error or more than a password's size; errno says which (0: too long).
std::optional<std::string> read_all(int file) {
  std::string text(password_size_max + 3, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) {
      text.resize(size);
      return text;
    }
    size += static_cast<std::size_t>(got);
  }
  errno = 0;
  return std::nullopt;
}

/// A line without its end; nothing if a signal came or the terminal went away.
std::optional<std::string> read_line(const Hidden& hidden, int terminal) {
  std::string line;
  for (;;) {
    char character = 0;
    if (!hidden.wait() || ::read(terminal, &character, 1) <= 0) return std::nullopt;
    if (character == '\n') return line;
    if (line.size() < password_size_max) line += character;
  }
}

}  // namespace

Outcome<std::string> read_password_file(const std::string& path) {
  const auto cannot = [&](std::string_view why) {
    return usage_failure(fmt::format("password file {}: {}", visible(path), why));
  };
  const auto file = open_file(path, O_RDONLY);
  if (!file) return usage_failure("password file: " + visible(file.error().message));
  auto content = read_all(file->get());
  if (!content && errno != 0) return cannot(std::strerror(errno));
  while (content && (content->ends_with('\n') || content->ends_with('\r')))
    content->pop_back();
  if (!content || content->size() > password_size_max) {
    return cannot(fmt::format("is longer than a password may be, {} bytes", password_size_max));
  }
  if (content->find('\0') != std::string::npos) return cannot("has a zero byte in it");
  return std::move(*content);
}

Outcome<std::string> ask_password(const std::string& prompt) {
  const auto terminal = open_file("/dev/tty", O_RDWR | O_NOCTTY);
  if (!terminal) {
    return usage_failure(
        "there is no password and no terminal to ask for one: name a file that holds it, or for the "
        "log-in set SLUICE_PASSWORD");
  }
  const Hidden hidden(terminal->get());
  if (!hidden.hidden()) return usage_failure("the terminal cannot hide a password: name a file that holds it");
  write_all(terminal->get(), prompt + ": ");
  auto line = read_line(hidden, terminal->get());
  write_all(terminal->get(), "\n");
  if (!line) return usage_failure("no password was given");
  return std::move(*line);
}

Outcome<std::string> login_password(const std::string& file, const std::string& default_file,
                                    const std::string& prompt) {
  if (!file.empty()) return read_password_file(file);
  if (const char* const password = std::getenv("SLUICE_PASSWORD")) {
    return std::string(password);
  }
  if (!default_file.empty()) return read_password_file(default_file);
  return ask_password(prompt);
}

Outcome<std::string> new_password(const std::string& file, const std::string& user) {
  if (!file.empty()) return read_password_file(file);
  auto password = ask_password(fmt::format("New password of {}", visible(user)));
  if (!password) return password;
  const auto again = ask_password("The same again");
  if (!again) return again;
  if (*again != *password) return usage_failure("the two passwords are not the same; nothing was changed");
  return password;
}

}  // namespace sluice::ctl
