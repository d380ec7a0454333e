#pragma once

#include <set>

#include "supervise/instance_file.h"
#include "supervise/ports.h"
#include "supervise/supervisor.h"

namespace sluice::supervise {

/// An instance that is to be started where a port is free.
struct InstanceStart {
  std::string name;               ///< as the supervisor knows it
  std::filesystem::path program;  ///< sluice-instance
  /// The port is tried first unless it is 0. An empty data directory, or file of messages, becomes one in the
  /// instance's directory, where the configuration file is too.
  InstanceSettings settings;
  PortRange ports;
  std::set<std::uint16_t> taken;  ///< ports of others
  std::chrono::milliseconds ready_limit = std::chrono::seconds(60);
  std::function<void(pid_t)> before_program;  ///< as InstanceProcess::start has it
};

struct StartedInstance {
  pid_t pid = 0;
  std::uint16_t port = 0;
  bool ready = false;  ///< it receives clients; else it still opens its log, and goes on doing so
};

/// Writes the configuration and starts the instance; waits until it receives clients. If somebody takes its port first,
/// another is tried, eight in all. The error has the last lines the instance wrote. ErrorKind::refused if it runs
/// already: then it is watched, and its file is as it was. Both must outlive this.
[[nodiscard]] boost::asio::awaitable<Result<StartedInstance>> start_instance(Supervisor& supervisor,
                                                                             const InstanceStart& wanted);

}  // namespace sluice::supervise
