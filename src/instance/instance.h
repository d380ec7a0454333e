#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "answers/server_state.h"
#include "dump/dump_registry.h"
#include "instance/capture_thread.h"
#include "instance/config.h"
#include "instance/instance_metrics.h"
#include "instance/report_rates.h"
#include "instance/session_listener.h"
#include "instance/source_probe.h"
#include "instance/tenant_database.h"
#include "listen/certificate.h"
#include "listen/changing_accounts.h"
#include "metrics/metrics_server.h"
#include "store/retention.h"

namespace sluice::instance {

/// A Binlog instance: one tenant's capture, log and subscribers.
class Instance : public answers::ServerState {
 public:
  /// Opens the data directory and its log, starts capture and listens. The error says what is in the way.
  /// `end_requested` is called, from any thread, when the instance has to be stopped and started anew (see
  /// must_copy_anew).
  [[nodiscard]] static Result<std::unique_ptr<Instance>> start(Config config, std::function<void()> end_requested);
  ~Instance() override;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// Takes over the accounts, the trusted addresses and the primary of a configuration, and nothing else of it: log-ins
  /// that begin from now on are checked against them, connections of accounts that are gone end, and capture changes
  /// its role if it has to, which nobody who is connected notices. Logs what has changed. After an error of the
  /// accounts everything is as it was. One caller at a time, and not once stop() was called.
  [[nodiscard]] Result<void> change_configuration(const Config& config);

  /// Whether the log has to be copied anew from the primary: the next start() puts it aside and does so. Any thread.
  [[nodiscard]] bool must_copy_anew() const { return must_copy_anew_; }

  /// Ends serving and capture in order.
  void stop();

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  [[nodiscard]] std::string server_version() const override;
  [[nodiscard]] std::uint32_t server_id() const override { return config_.layout.server_id; }
  [[nodiscard]] std::string server_uuid() const override { return config_.server_uuid; }
  [[nodiscard]] parameters::Parameters& parameters() const override { return *parameters_; }
  [[nodiscard]] store::Log& log() const override { return *log_; }
  [[nodiscard]] answers::CaptureStatus capture_status() const override { return capture_->status(); }
  [[nodiscard]] bool tls_available() const override { return tls_ != nullptr; }
  [[nodiscard]] answers::InstanceReport report(std::uint64_t since) const override;
  [[nodiscard]] std::vector<answers::SessionInfo> sessions() const override;
  [[nodiscard]] std::vector<answers::DumpInfo> dumps() const override;
  [[nodiscard]] std::vector<answers::ReplicaInfo> replicas() const override { return sessions_.replicas(); }
  bool kill(std::uint32_t id, answers::KillScope scope, std::uint32_t killer) override {
    return listener_->kill(id, scope, killer);
  }
  [[nodiscard]] std::shared_ptr<answers::SourceProgress> ask_source_progress() override;
  [[nodiscard]] Result<answers::TenantRows> ask_tenant(const std::string& query) override {
    return tenant_->ask(query);
  }

  /// Whether the log has all there is to be had at the moment: capture is connected, to the source or to the primary,
  /// and has had nothing to read for a while. Any thread; quick.
  [[nodiscard]] bool caught_up() const;

 private:
  Instance(Config config, std::function<void()> end_requested)
      : config_(std::move(config)), end_requested_(std::move(end_requested)) {}

  [[nodiscard]] Result<void> lock_directory();
  [[nodiscard]] Result<void> open_log();
  [[nodiscard]] bool copy_anew();
  void start_retention();
  void choose_version();
  void learn_version();
  void follow(parameters::Parameter parameter, std::function<void(std::uint64_t)> take);
  void follow_throttles();
  void limit_listener(listen::ListenerSettings& settings) const;
  [[nodiscard]] Result<void> open_access();
  void control_access(ListenerServices& services) const;
  [[nodiscard]] Result<void> open_listener();
  [[nodiscard]] Result<void> open_metrics();

  Config config_;
  std::function<void()> end_requested_;
  FileDescriptor lock_;
  mutable std::mutex version_mutex_;
  std::string version_;  ///< what clients are told
  std::atomic<bool> version_is_known_{false};
  store::Log::Listener first_file_;  ///< for learning the version
  std::atomic<std::uint16_t> port_{0};
  std::unique_ptr<parameters::Parameters> parameters_;
  std::shared_ptr<store::Log> log_;
  std::atomic<bool> must_copy_anew_{false};
  std::shared_ptr<mysql::Interruption> interruption_;
  std::unique_ptr<TenantDatabase> tenant_;
  std::unique_ptr<store::Retention> retention_;
  std::vector<parameters::Parameters::Listener> retention_changes_;
  std::unique_ptr<SourceProbe> probe_;
  std::unique_ptr<CaptureThread> capture_;
  std::unique_ptr<listen::ChangingAccounts> accounts_;
  std::unique_ptr<SharedValue<const mysql::AddressRanges>> trusted_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::unique_ptr<mysql::PasswordKey> password_key_;
  dump::DumpRegistry dumps_;
  std::vector<parameters::Parameters::Listener> followed_;
  session::SessionRegistry sessions_;
  mutable ReportRates report_rates_;
  std::unique_ptr<SessionListener> listener_;
  std::unique_ptr<InstanceMetrics> metrics_;
  std::unique_ptr<metrics::MetricsServer> metrics_server_;
};

}  // namespace sluice::instance
