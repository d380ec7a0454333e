#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "answers/server_state.h"
#include "listen/listener.h"
#include "session/session_registry.h"

namespace sluice::server {

/// A Binlog server as the SQL of its own connections sees it: no log, no capture, no tenant.
class SqlState : public answers::ServerState {
 public:
  /// `directory` holds what SET GLOBAL would store; the pointers must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<SqlState>> open(const std::filesystem::path& directory,
                                                              std::uint32_t server_id, std::string server_uuid,
                                                              session::SessionRegistry* sessions);

  using Kill = std::function<bool(std::uint32_t id, answers::KillScope scope, std::uint32_t killer)>;
  /// When there is a listener; before clients come.
  void serve(std::uint16_t port, bool tls, Kill kill);

  [[nodiscard]] std::string server_version() const override;
  [[nodiscard]] std::uint32_t server_id() const override { return server_id_; }
  [[nodiscard]] std::string server_uuid() const override { return server_uuid_; }
  [[nodiscard]] parameters::Parameters& parameters() const override { return *parameters_; }
  [[nodiscard]] store::Log& log() const override { return *log_; }
  [[nodiscard]] answers::CaptureStatus capture_status() const override { return {}; }
  [[nodiscard]] bool tls_available() const override { return tls_; }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] answers::InstanceReport report(std::uint64_t /*since*/) const override { return {}; }
  [[nodiscard]] std::vector<answers::SessionInfo> sessions() const override { return sessions_->sessions(); }
  [[nodiscard]] std::vector<answers::DumpInfo> dumps() const override { return {}; }
  [[nodiscard]] std::vector<answers::ReplicaInfo> replicas() const override { return {}; }
  bool kill(std::uint32_t id, answers::KillScope scope, std::uint32_t killer) override {
    return kill_(id, scope, killer);
  }
  [[nodiscard]] std::shared_ptr<answers::SourceProgress> ask_source_progress() override { return nullptr; }
  [[nodiscard]] Result<answers::TenantRows> ask_tenant(const std::string& query) override;

 private:
  SqlState() = default;

  std::uint32_t server_id_ = 0;
  std::string server_uuid_;
  session::SessionRegistry* sessions_ = nullptr;
  std::unique_ptr<parameters::Parameters> parameters_;
  std::shared_ptr<store::Log> log_;  ///< without files
  std::uint16_t port_ = 0;
  bool tls_ = false;
  Kill kill_;
};

}  // namespace sluice::server
