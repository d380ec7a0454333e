#include "instance/instance.h"

#include <algorithm>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "answers/statement_executor.h"
#include "base/file.h"
#include "base/log.h"
#include "capture/mysql/mariadb_translation.h"
#include "instance/instance_identity.h"
#include "instance/log_exchange.h"
#include "store/log_file_header.h"

namespace sluice::instance {

Result<std::unique_ptr<Instance>> Instance::start(Config config, std::function<void()> end_requested) {
  std::error_code error;
  std::filesystem::create_directories(config.data_directory, error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the data directory {}: {}", config.data_directory.string(), error.message()));
  }
  std::unique_ptr<Instance> instance(new Instance(std::move(config), std::move(end_requested)));
  if (auto locked = instance->lock_directory(); !locked) return std::unexpected(std::move(locked.error()));
  const bool follows = instance->config_.primary.has_value();
  if (auto aside = put_log_aside_if_asked(instance->config_.data_directory, follows); !aside) {
    return std::unexpected(std::move(aside.error()));
  }
  auto parameters =
      parameters::Parameters::open(instance->config_.data_directory / "parameters", instance->config_.parameters);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  instance->parameters_ = std::move(*parameters);
  if (auto opened = instance->open_log(); !opened) return std::unexpected(std::move(opened.error()));
  instance->follow_throttles();
  instance->choose_version();
  if (auto opened = instance->open_listener(); !opened) return std::unexpected(std::move(opened.error()));
  if (auto opened = instance->open_metrics(); !opened) return std::unexpected(std::move(opened.error()));
  // The last file to be written: who waits for it finds everything in place.
  const std::string port = std::to_string(instance->port()) + "\n";
  if (auto written = replace_file(instance->config_.data_directory / "port", port); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return instance;
}

Instance::~Instance() {
  stop();
}

void Instance::stop() {
  metrics_server_.reset();
  // First: it wakes sessions of the listener's.
  if (interruption_) interruption_->request();
  if (probe_) probe_->stop();
  if (listener_) listener_->stop();
  if (capture_) capture_->stop();
}

std::shared_ptr<answers::SourceProgress> Instance::ask_source_progress() {
  return capture_->status().goes_on() ? probe_->ask() : nullptr;
}

Result<void> Instance::lock_directory() {
  const auto path = config_.data_directory / "lock";
  auto file = open_file(path, O_RDWR | O_CREAT);
  if (!file) return std::unexpected(std::move(file.error()));
  if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::refused, fmt::format("the data directory {} is in use by another sluice-instance",
                                                config_.data_directory.string()));
  }
  lock_ = std::move(*file);
  std::filesystem::remove(config_.data_directory / "port");
  std::filesystem::remove(config_.data_directory / "metrics_port");
  return {};
}

Result<void> Instance::open_log() {
  const auto identity = load_or_make_identity(config_.data_directory);
  if (!identity) return std::unexpected(identity.error());
  config_.source.replica_uuid = identity->replica_uuid;
  if (config_.source.server_id == 0) config_.source.server_id = identity->server_id;

  auto interruption = mysql::Interruption::make();
  if (!interruption) return std::unexpected(std::move(interruption.error()));
  interruption_ = std::move(*interruption);
  log_ = std::make_shared<store::Log>(config_.data_directory / "binlog");
  auto writer = store::LogWriter::open(log_);
  if (!writer) return std::unexpected(std::move(writer.error()));
  tenant_ = std::make_unique<TenantDatabase>(config_.source, interruption_);
  probe_ = std::make_unique<SourceProbe>(config_, interruption_);
  start_retention();
  auto turn = mysql::Interruption::make();
  if (!turn) return std::unexpected(std::move(turn.error()));
  const CaptureThread::Services services{.make_room = [this] { return retention_->look(); },
                                         .copy_anew = [this] { return copy_anew(); },
                                         .start_anew = end_requested_};
  capture_ = std::make_unique<CaptureThread>(config_, *log_, std::move(*writer), std::move(*turn), services);
  return {};
}

/// Readers hold the log's files, so it is exchanged while nobody reads: at the next start.
bool Instance::copy_anew() {
  if (auto asked = ask_for_log_to_be_put_aside(config_.data_directory); !asked) {
    log::error("the log cannot be copied anew, which is tried again: {}", asked.error().message);
    return false;
  }
  must_copy_anew_ = true;
  end_requested_();
  return true;
}

void Instance::start_retention() {
  using parameters::Parameter;
  retention_ = std::make_unique<store::Retention>(log_, [this] {
    return store::RetentionLimits{.expire_seconds = parameters_->value(Parameter::binlog_expire_logs_seconds),
                                  .expire_size = parameters_->value(Parameter::binlog_expire_logs_size),
                                  .hard_percent = parameters_->value(Parameter::binlog_expire_logs_hard_percent)};
  });
  for (const Parameter one : {Parameter::binlog_expire_logs_seconds, Parameter::binlog_expire_logs_size,
                              Parameter::binlog_expire_logs_hard_percent}) {
    retention_changes_.push_back(parameters_->listen(one, [this](std::uint64_t) { retention_->look_soon(); }));
  }
}

/// Clients are told one version everywhere: the configured one, or the one in the log's files, which is the tenant's.
/// It is known once the log has a file, so not before the source was first reached.
void Instance::choose_version() {
  const bool configured = !config_.announced_version.empty();
  version_ = configured ? config_.announced_version : std::string(capture::mariadb_tenant_version);
  version_is_known_ = configured || config_.source.flavour == capture::Flavour::mariadb;
  if (version_is_known_) return;
  first_file_ = log_->listen([this] { learn_version(); });
  learn_version();
}

void Instance::learn_version() {
  const auto end = log_->end();
  if (version_is_known_ || end.file == 0) return;
  const auto path = log_->path_of(end.file);
  const auto file = open_file(path, O_RDONLY);
  const auto header = file ? store::read_log_file_header(*file, path) : std::unexpected(file.error());
  if (!header) {
    log::warning("the version clients are told could not be learnt yet: {}", header.error().message);
    return;
  }
  const std::lock_guard lock(version_mutex_);
  version_ = header->format.server_version;
  version_is_known_ = true;
}

std::string Instance::server_version() const {
  const std::lock_guard lock(version_mutex_);
  return version_;
}

Result<void> Instance::open_listener() {
  if (auto opened = open_access(); !opened) return opened;
  const auto certificate = config_.certificate_file.empty()
                               ? listen::load_or_make_certificate(config_.data_directory)
                               : listen::load_certificate(config_.certificate_file, config_.key_file);
  if (!certificate) return std::unexpected(certificate.error());
  auto tls = listen::make_tls_context(*certificate);
  if (!tls) return std::unexpected(std::move(tls.error()));
  tls_ = std::move(*tls);
  auto key = listen::make_password_key(*certificate);
  if (!key) return std::unexpected(std::move(key.error()));
  password_key_ = std::make_unique<mysql::PasswordKey>(std::move(*key));

  listen::ListenerSettings settings;
  settings.address = config_.listen_address;
  settings.port = config_.listen_port;
  settings.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
  limit_listener(settings);
  ListenerServices services;
  services.login.server_version = [this] { return server_version(); };
  services.login.tls = tls_.get();
  services.login.password_key = password_key_.get();
  control_access(services);
  services.log = log_;
  services.dumps = &dumps_;
  services.sessions = &sessions_;
  services.server_id = config_.layout.server_id;
  services.caught_up = [this] { return caught_up(); };
  services.make_sql = [this](const answers::SqlClient& client) {
    return std::make_unique<answers::StatementExecutor>(*this, client);
  };
  auto listener = SessionListener::open(settings, services);
  if (!listener) return std::unexpected(std::move(listener.error()));
  listener_ = std::move(*listener);
  port_ = listener_->port();
  log::info("serving {} on {} port {}", config_.tenant, settings.address, listener_->port());
  return {};
}

/// Hands a parameter's value on, now and whenever it changes.
void Instance::follow(parameters::Parameter parameter, std::function<void(std::uint64_t)> take) {
  take(parameters_->value(parameter));
  followed_.push_back(parameters_->listen(parameter, std::move(take)));
}

void Instance::limit_listener(listen::ListenerSettings& settings) const {
  using enum parameters::Parameter;
  settings.connections_max = [this] { return parameters_->value(max_connections); };
  // The cluster's servers, which ask how the instance is, and followers.
  settings.is_own = [](const std::string& user) { return user == "sluice_admin"; };
  settings.unauthenticated_max = [this] { return parameters_->value(max_unauthenticated_connections); };
  settings.login_deadline = [this] { return std::chrono::seconds(parameters_->value(connect_timeout)); };
  settings.login_limits = [this] {
    return listen::LoginGuard::Limits{parameters_->value(max_connect_errors),
                                      std::chrono::seconds(parameters_->value(login_block_time))};
  };
}

void Instance::follow_throttles() {
  using enum parameters::Parameter;
  ConvertThrottle& convert = capture_->throttle();
  follow(throttle_convert_iops, [&convert](std::uint64_t value) { convert.set_bytes_per_second(value); });
  follow(throttle_convert_rps, [&convert](std::uint64_t value) { convert.set_events_per_second(value); });
  dump::DumpLimits& dumps = dumps_.limits();
  follow(throttle_dump_conn, [&dumps](std::uint64_t value) { dumps.dumps_max = value; });
  follow(throttle_dump_iops, [&dumps](std::uint64_t value) { dumps.bytes_per_second = value; });
  follow(throttle_dump_rps, [&dumps](std::uint64_t value) { dumps.events_per_second = value; });
}

/// A port that is taken is no reason not to serve subscribers.
Result<void> Instance::open_metrics() {
  if (!config_.metrics_enabled) return {};
  MetricsSources sources;
  sources.labels = {{"tenant", config_.tenant}, {"instance", config_.metrics_instance}};
  if (config_.metrics_instance.empty()) sources.labels["instance"] = config_.source.replica_uuid;
  sources.data_directory = config_.data_directory;
  sources.log = log_.get();
  sources.capture = &capture_->totals();
  sources.dumps = &dumps_;
  sources.serving = &listener_->totals();
  sources.statements = &listener_->statements();
  sources.capture_status = [this] { return capture_->status(); };
  sources.caught_up = [this] { return caught_up(); };
  sources.connections = [this] { return listener_->connections(); };
  metrics_ = std::make_unique<InstanceMetrics>(std::move(sources));
  auto server = metrics::MetricsServer::start(config_.metrics_address, config_.metrics_port,
                                              [this] { return metrics_->collect(); });
  if (!server) {
    log::error("there are no metrics: {}", server.error().message);
    return {};
  }
  metrics_server_ = std::move(*server);
  log::info("metrics are at http://{}:{}/metrics", config_.metrics_address, metrics_server_->port());
  return replace_file(config_.data_directory / "metrics_port", std::to_string(metrics_server_->port()) + "\n");
}

}  // namespace sluice::instance
