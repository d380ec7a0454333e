#include "server/sql_state.h"

namespace sluice::server {

Result<std::unique_ptr<SqlState>> SqlState::open(const std::filesystem::path& directory, std::uint32_t server_id,
                                                 std::string server_uuid, session::SessionRegistry* sessions) {
  std::unique_ptr<SqlState> state(new SqlState());
  auto parameters = parameters::Parameters::open(directory / "parameters", {});
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  state->parameters_ = std::move(*parameters);
  state->log_ = std::make_shared<store::Log>(directory / "no-log");
  state->server_id_ = server_id;
  state->server_uuid_ = std::move(server_uuid);
  state->sessions_ = sessions;
  return state;
}

void SqlState::serve(std::uint16_t port, bool tls, Kill kill) {
  port_ = port;
  tls_ = tls;
  kill_ = std::move(kill);
}

std::string SqlState::server_version() const {
  return "5.7.44-sluice-" SLUICE_VERSION;
}

Result<answers::TenantRows> SqlState::ask_tenant(const std::string& /*query*/) {
  return fail(ErrorKind::unsupported, "this is a Binlog server, not a tenant's instance");
}

}  // namespace sluice::server
