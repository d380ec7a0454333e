#include "instance/config.h"

#include <algorithm>
#include <initializer_list>

#include "configuration/document.h"
#include "configuration/password.h"
#include "configuration/problems.h"
#include "listen/account_section.h"

namespace sluice::instance {
namespace {

using configuration::Problems;
using configuration::Section;

void read_tenant(Section section, Config& config, Problems& problems) {
  section.text("name", config.tenant);
  section.require("name");
  constexpr std::size_t name_size_max = 257;  // "cluster.tenant", each as long as a statement lets it be
  if (section.exists() && (config.tenant.empty() || config.tenant.size() > name_size_max)) {
    section.problem("name", "has to have 1 to 257 bytes");
  }
  config.layout.server_id = convert::derive_server_id(config.tenant);
  section.number("server_id", 1, UINT32_MAX, config.layout.server_id);
  const binlog::Uuid derived = convert::derive_uuid(config.tenant, UINT32_MAX);
  config.server_uuid = derived.text();
  section.text("server_uuid", config.server_uuid);
  const auto uuid = binlog::parse_uuid(config.server_uuid);
  if (!uuid) section.problem("server_uuid", "is not a uuid");
  config.layout.assigned_uuid = uuid.value_or(derived);
  config.server_uuid = config.layout.assigned_uuid.text();
  problems.add(section.finish());
}

std::optional<mysql::TlsMode> parse_tls_mode(std::string_view text) {
  if (text == "off") return mysql::TlsMode::off;
  if (text == "preferred") return mysql::TlsMode::preferred;
  if (text == "required") return mysql::TlsMode::required;
  if (text == "verify-ca") return mysql::TlsMode::verify_ca;
  if (text == "verify-identity") return mysql::TlsMode::verify_identity;
  return std::nullopt;
}

void read_addresses(Section& section, capture::SourceOptions& source) {
  source.addresses = section.list("addresses").value_or(configuration::List());
  constexpr std::size_t addresses_max = 16;
  if (source.addresses.empty() || source.addresses.size() > addresses_max ||
      std::ranges::count(source.addresses, std::string()) > 0) {
    section.problem("addresses", R"(has to be a list of 1 to 16 texts, such as ["192.0.2.7:3306"])");
  }
}

void read_source(Section section, Config& config, Problems& problems) {
  capture::SourceOptions& source = config.source;
  source.tenant = config.tenant;
  std::string kind;
  section.text("kind", kind);
  if (kind != "mysql" && kind != "mariadb") section.problem("kind", "has to be \"mysql\" or \"mariadb\"");
  source.flavour = kind == "mariadb" ? capture::Flavour::mariadb : capture::Flavour::mysql;
  read_addresses(section, source);
  section.text("user", source.user);
  section.require("user");
  configuration::read_password(section, source.password);

  std::string start = "now";
  section.text("start", start);
  const auto point = capture::parse_start_point(start);
  if (point) {
    config.start = *point;
  } else {
    section.problem("start", point.error().message);
  }
  section.path("start_boundary", config.start_boundary);

  std::string tls = "preferred";
  section.text("tls", tls);
  const auto mode = parse_tls_mode(tls);
  if (!mode) section.problem("tls", "has to be off, preferred, required, verify-ca or verify-identity");
  source.tls.mode = mode.value_or(mysql::TlsMode::preferred);
  section.text("tls_ca", source.tls.ca_file);
  section.text("tls_certificate", source.tls.certificate_file);
  section.text("tls_key", source.tls.key_file);

  std::int64_t heartbeat = 5;
  section.number("heartbeat_seconds", 1, 3600, heartbeat);
  source.heartbeat = std::chrono::seconds(heartbeat);
  section.number("server_id", 1, UINT32_MAX, source.server_id);
  section.flag("keep_compressed_transactions", source.keep_compressed_transactions);
  problems.add(section.finish());
}

void read_primary(Section section, Config& config, Problems& problems) {
  if (!section.exists()) return;
  follow::PrimaryAddress primary;
  section.text("address", primary.address);
  section.require("address");
  section.text("user", primary.user);
  section.require("user");
  configuration::read_password(section, primary.password);
  section.number("epoch", 0, INT64_MAX, primary.epoch);
  config.primary = std::move(primary);
  problems.add(section.finish());
}

void read_listen(Section section, Config& config, Problems& problems) {
  section.text("address", config.listen_address);
  section.number("port", 0, UINT16_MAX, config.listen_port);
  section.text("version", config.announced_version);
  listen::read_trusted(section, config.trusted);
  section.path("tls_certificate", config.certificate_file);
  section.path("tls_key", config.key_file);
  if (config.certificate_file.empty() != config.key_file.empty()) {
    section.problem("tls_certificate", "and tls_key go together");
  }
  problems.add(section.finish());
}

void read_log(Section section, Config& config, Problems& problems) {
  const auto& size = parameters::definition(parameters::Parameter::max_binlog_size);
  section.number(size.name, static_cast<std::int64_t>(size.minimum), static_cast<std::int64_t>(size.maximum),
                 config.layout.max_binlog_size);
  config.parameters[size.parameter] = config.layout.max_binlog_size;
  problems.add(section.finish());
}

void read_parameters(Section section, Config& config, Problems& problems) {
  for (const parameters::Definition& one : parameters::definitions()) {
    if (one.parameter == parameters::Parameter::max_binlog_size || !section.has(one.name)) continue;
    std::uint64_t value = 0;
    if (one.type == parameters::Definition::Type::boolean) {
      bool on = false;
      section.flag(one.name, on);
      value = on ? 1 : 0;
    } else {
      section.number(one.name, static_cast<std::int64_t>(one.minimum), static_cast<std::int64_t>(one.maximum), value);
    }
    config.parameters[one.parameter] = value;
  }
  problems.add(section.finish());
}

void read_accounts(const configuration::Document& document, Config& config, Problems& problems) {
  auto sections = document.sections("account");
  if (!sections) {
    problems.all.emplace_back(
        "[[account]] is missing: without an account nobody can log in. `sluice-instance hash-password` "
        "makes its lines");
    return;
  }
  for (Section& section : *sections) {
    listen::AccountSettings account;
    listen::read_account(section, account);
    problems.add(section.finish());
    config.accounts.push_back(std::move(account));
  }
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& path) {
  const auto document = configuration::Document::read(path);
  if (!document) return std::unexpected(document.error());
  Config config;
  Problems problems;
  Section top = document->top();
  for (const std::string_view table :
       {"tenant", "source", "primary", "log", "listen", "account", "parameters", "metrics", "messages"})
    top.allow(table);
  top.path("data_directory", config.data_directory);
  top.require("data_directory");
  problems.add(top.finish());
  read_tenant(document->section("tenant"), config, problems);
  read_source(document->section("source"), config, problems);
  read_primary(document->section("primary"), config, problems);
  read_log(document->section("log"), config, problems);
  read_parameters(document->section("parameters"), config, problems);
  read_listen(document->section("listen"), config, problems);
  read_accounts(*document, config, problems);
  Section metrics = document->section("metrics");
  metrics.flag("enabled", config.metrics_enabled);
  metrics.text("address", config.metrics_address);
  metrics.number("port", 0, UINT16_MAX, config.metrics_port);
  metrics.text("instance", config.metrics_instance);
  problems.add(metrics.finish());
  Section messages = document->section("messages");
  messages.text("file", config.log_file);
  messages.flag("debug", config.log_debug);
  problems.add(messages.finish());

  if (const auto verdict = problems.verdict(path); !verdict) return std::unexpected(verdict.error());
  return config;
}

}  // namespace sluice::instance
