#include "supervise/instance_start.h"

#include <fmt/format.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "supervise/run_on.h"

namespace sluice::supervise {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr int tries_max = 8;

/// The port it had before if it still may have it: subscribers know it.
Result<std::uint16_t> next_port(const InstanceStart& start) {
  const std::string& address = start.settings.listen_address;
  const std::uint16_t former = start.settings.listen_port;
  if (former != 0 && !start.taken.contains(former)) {
    const auto free = port_is_free(address, former);
    if (!free) return std::unexpected(free.error());
    if (*free) return former;
  }
  return choose_port(address, start.ports, start.taken);
}

/// Chooses the port and writes the configuration file.
Result<void> prepare(InstanceStart& start, const fs::path& directory) {
  const auto port = next_port(start);
  if (!port) return std::unexpected(port.error());
  start.settings.listen_port = *port;
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot make the directory {}: {}", directory.string(), error.message()));
  }
  return write_instance_file(directory / "instance.toml", start.settings);
}

}  // namespace

asio::awaitable<Result<StartedInstance>> start_instance(Supervisor& supervisor, const InstanceStart& wanted) {
  InstanceStart start = wanted;
  if (!is_instance_name(start.name)) {
    co_return fail(ErrorKind::invalid, fmt::format("'{}' cannot be an instance's name", start.name));
  }
  // Before its file is written anew.
  const auto runs = co_await supervisor.adopt(start.name);
  if (!runs) co_return std::unexpected(runs.error());
  if (*runs) co_return fail(ErrorKind::refused, fmt::format("the instance '{}' runs already", start.name));
  const fs::path directory = supervisor.directory_of(start.name);
  if (start.settings.data_directory.empty()) start.settings.data_directory = directory / "data";
  if (start.settings.messages_file.empty()) start.settings.messages_file = directory / "messages.log";
  if (start.settings.listen_address.empty()) start.settings.listen_address = "127.0.0.1";
  const fs::path port_file = start.settings.data_directory / "port";
  const std::vector<std::string> command{start.program.string(), "--config", (directory / "instance.toml").string()};
  const std::function<void(pid_t)> before = [&start, port_file](pid_t pid) {
    std::error_code error;
    fs::remove(port_file, error);  // of a former run; this one writes it when it receives clients
    if (start.before_program) start.before_program(pid);
  };
  const std::function<bool()> is_ready = [port_file] {
    std::error_code error;
    return fs::exists(port_file, error);
  };
  const auto work = [&] { return prepare(start, directory); };
  Ending ending;
  for (int tries = 0; tries < tries_max; ++tries) {
    auto prepared = co_await run_on(supervisor.pool(), supervisor.loop(), work);
    if (!prepared) co_return fail_in(start.name, std::move(prepared.error()));
    const auto pid = co_await supervisor.start(start.name, command, usual_environment(), before);
    if (!pid) co_return std::unexpected(pid.error());
    auto readiness = co_await supervisor.wait_ready(start.name, is_ready, start.ready_limit);
    const std::uint16_t port = start.settings.listen_port;
    if (!readiness.ending) co_return StartedInstance{*pid, port, readiness.ready};
    ending = std::move(*readiness.ending);
    if (ending.how != Ending::How::exited || ending.number != exit_address_in_use) break;
    log::warning("{}: somebody took port {} first, another is tried", start.name, port);
    start.taken.insert(port);
  }
  co_return fail(ErrorKind::refused, fmt::format("{} {}", start.name, ending.text()));
}

}  // namespace sluice::supervise
