#include "supervise/process_identity.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"

namespace sluice::supervise {
namespace {

constexpr std::string_view first_line = "sluice process 1";
constexpr std::string_view last_line = "end";

template <typename Number>
bool take_number(std::string_view text, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

/// The part before the next `separator`, which is cut off with it.
std::string_view cut(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool take_line(ProcessIdentity& identity, std::string_view key, std::string_view value) {
  if (key == "pid") return take_number(value, identity.pid) && identity.pid > 0;
  if (key == "start") return take_number(value, identity.start_ticks);
  if (key == "output") return take_number(value, identity.output_begin);
  if (key == "boot") {
    identity.boot_id = value;
    return !value.empty();
  }
  if (key == "argument") {
    identity.command.emplace_back(value);
    return true;
  }
  return false;
}

}  // namespace

std::string process_file_text(const ProcessIdentity& identity) {
  std::string text = fmt::format("{}\npid {}\nstart {}\nboot {}\noutput {}\n", first_line, identity.pid,
                                 identity.start_ticks, identity.boot_id, identity.output_begin);
  for (const std::string& argument : identity.command)
    text += fmt::format("argument {}\n", argument);
  return text + fmt::format("{}\n", last_line);
}

Result<ProcessIdentity> parse_process_file(std::string_view text) {
  const auto damaged = [](std::string_view what) {
    return fail(ErrorKind::corrupt, fmt::format("is no process file: {}", what));
  };
  if (cut(text, '\n') != first_line) return damaged("it does not begin as one");
  ProcessIdentity identity;
  bool whole = false;
  while (!text.empty() && !whole) {
    std::string_view line = cut(text, '\n');
    whole = line == last_line;
    const auto key = cut(line, ' ');
    if (!whole && !take_line(identity, key, line)) return damaged(fmt::format("the line '{}' makes no sense", key));
  }
  if (!whole || identity.pid == 0 || identity.boot_id.empty() || identity.command.empty()) {
    return damaged("it is not whole");
  }
  return identity;
}

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  constexpr int fields_between = 18;  // from the state, the third, to the start, the 22nd
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || text.size() < name_end + 3) return std::nullopt;
  text.remove_prefix(name_end + 2);
  const auto state = cut(text, ' ');
  if (state.size() != 1) return std::nullopt;
  ProcessStat stat{.state = state.front(), .start_ticks = 0};
  for (int i = 0; i < fields_between; ++i)
    cut(text, ' ');
  if (!take_number(cut(text, ' '), stat.start_ticks)) return std::nullopt;
  return stat;
}

std::optional<ProcessStat> read_process_stat(pid_t pid) {
  const auto text = read_system_file(fmt::format("/proc/{}/stat", pid));
  return text ? parse_process_stat(*text) : std::nullopt;
}

std::vector<std::string> read_command(pid_t pid) {
  std::vector<std::string> command;
  const auto text = read_system_file(fmt::format("/proc/{}/cmdline", pid));
  if (!text) return command;
  for (std::string_view rest = *text; !rest.empty();)
    command.emplace_back(cut(rest, '\0'));
  return command;
}

Result<std::string> read_boot_id() {
  auto text = read_system_file("/proc/sys/kernel/random/boot_id");
  while (text && text->ends_with('\n'))
    text->pop_back();
  return text;
}

Result<std::string> read_system_file(const std::filesystem::path& path) {
  constexpr std::size_t size_max = 1U << 20U;
  auto file = open_file(path, O_RDONLY);
  if (!file) return std::unexpected(std::move(file.error()));
  std::string content;
  std::array<char, 4096> piece{};
  while (content.size() < size_max) {
    const ssize_t got = ::read(file->get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return fail(ErrorKind::io, fmt::format("cannot read {}: {}", path.string(), ::strerror(errno)), errno);
    }
    if (got == 0) break;
    content.append(piece.data(), static_cast<std::size_t>(got));
  }
  return content;
}

}  // namespace sluice::supervise
