#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "mysql/command.h"
#include "server/tenant_commands.h"

/// Any bytes as a command of a client that has logged in for a tenant: it has a place, and a dump is never answered
/// here, nor is what prepares or executes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const server::CommandPlace place = server::place_of({data, size});
  if (size == 0) return 0;
  switch (static_cast<mysql::Command>(data[0])) {
    case mysql::Command::binlog_dump:
    case mysql::Command::binlog_dump_gtid:
    case mysql::Command::register_slave:
    case mysql::Command::stmt_prepare:
    case mysql::Command::stmt_execute:
      if (place != server::CommandPlace::instance) std::abort();
      break;
    default:
      break;
  }
  return 0;
}
