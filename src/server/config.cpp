#include "server/config.h"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "configuration/document.h"
#include "configuration/password.h"
#include "configuration/problems.h"
#include "listen/account_section.h"
#include "mysql/server_address.h"
#include "sql/name.h"

namespace sluice::server {
namespace {

using configuration::Problems;
using configuration::Section;

constexpr std::size_t name_size_max = 128;  // as the MetaDB's columns

void read_name(Section& section, std::string_view key, std::string& value) {
  section.text(key, value);
  if (value.size() > name_size_max) section.problem(key, "has more than 128 bytes");
  if (const auto fault = sql::name_fault(value)) section.problem(key, *fault);
}

void read_trusted(Section& section, Config& config) {
  listen::read_trusted(section, config.trusted);
  config.trusted_texts = section.list("trusted").value_or(configuration::List{});
}

void read_server(Section section, const std::filesystem::path& program_directory, Config& config, Problems& problems) {
  section.path("directory", config.directory);
  section.require("directory");
  if (section.has("directory") && !config.directory.is_absolute()) {
    section.problem("directory", "has to be an absolute path");
  }
  read_name(section, "cluster", config.cluster);
  read_name(section, "address", config.address);
  section.require("address");
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(config.address, no_address);
  if (section.has("address") && (no_address || address.is_unspecified())) {
    section.problem("address", "has to be the IP address at which others reach this host");
  }
  section.text("listen", config.listen_address);
  boost::asio::ip::make_address(config.listen_address, no_address);
  if (no_address) section.problem("listen", R"(has to be an IP address, such as "0.0.0.0")");
  section.number("port", 0, UINT16_MAX, config.port);
  for (const auto& [key, value] : {std::pair{"region", &config.region}, std::pair{"idc", &config.idc},
                                   std::pair{"zone", &config.zone}, std::pair{"group", &config.group}}) {
    read_name(section, key, *value);
  }
  config.key_file = config.directory / "key";
  section.path("key_file", config.key_file);
  config.instance_program = program_directory / "sluice-instance";
  section.path("instance_program", config.instance_program);
  read_trusted(section, config);
  section.path("tls_certificate", config.certificate_file);
  section.path("tls_key", config.certificate_key_file);
  if (config.certificate_file.empty() != config.certificate_key_file.empty()) {
    section.problem("tls_certificate", "and tls_key go together");
  }
  problems.add(section.finish());
}

metadb::MySqlAddress read_mysql(Section& section) {
  metadb::MySqlAddress mysql;
  std::string address;
  section.text("address", address);
  section.require("address");
  if (const auto parsed = mysql::parse_server_address(address); parsed) {
    mysql.host = parsed->host;
    mysql.port = parsed->port;
  } else if (section.has("address")) {
    section.problem("address", parsed.error().message);
  }
  section.text("user", mysql.user);
  section.require("user");
  configuration::read_password(section, mysql.password);
  section.text("database", mysql.database);
  return mysql;
}

void read_metadb(Section section, Config& config, Problems& problems) {
  std::string kind = "sqlite";
  section.text("kind", kind);
  if (kind == "mysql") {
    config.metadb.address = read_mysql(section);
  } else {
    if (kind != "sqlite") section.problem("kind", R"(has to be "sqlite" or "mysql")");
    metadb::SqliteFile file{.path = config.directory / "metadb.sqlite"};
    section.path("file", file.path);
    config.metadb.address = file;
  }
  problems.add(section.finish());
}

void read_instances(Section section, Config& config, Problems& problems) {
  section.number("first_port", 1, UINT16_MAX, config.ports.first);
  section.number("last_port", 1, UINT16_MAX, config.ports.last);
  if (config.ports.last < config.ports.first) section.problem("last_port", "is below first_port");
  section.path("control_group", config.control_group);
  problems.add(section.finish());
}

void read_administrator(Section section, Config& config, Problems& problems) {
  if (!section.exists()) return;
  listen::AccountSettings account;
  listen::read_account_login(section, account);
  account.admin = true;
  if (account.name.starts_with("sluice_") || account.name.find_first_of("@#:") != std::string::npos) {
    section.problem("name", "begins with sluice_, as the servers' own accounts, or holds one of @#:");
  }
  if (const auto fault = sql::name_fault(account.name)) section.problem("name", *fault);
  // What was once made of it is in the MetaDB.
  if (auto usable = listen::Accounts::make({account}); section.has("name") && !usable) {
    section.problem("name", usable.error().message);
  }
  config.administrator = std::move(account);
  problems.add(section.finish());
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& path, const std::filesystem::path& program_directory) {
  const auto document = configuration::Document::read(path);
  if (!document) return std::unexpected(document.error());
  Config config;
  Problems problems;
  Section top = document->top();
  for (const char* table : {"server", "metadb", "instances", "metrics", "messages", "administrator"})
    top.allow(table);
  problems.add(top.finish());
  read_server(document->section("server"), program_directory, config, problems);
  read_metadb(document->section("metadb"), config, problems);
  read_instances(document->section("instances"), config, problems);
  read_administrator(document->section("administrator"), config, problems);
  Section metrics = document->section("metrics");
  metrics.flag("enabled", config.metrics_enabled);
  metrics.text("address", config.metrics_address);
  metrics.number("port", 0, UINT16_MAX, config.metrics_port);
  problems.add(metrics.finish());
  Section messages = document->section("messages");
  messages.text("file", config.log_file);
  messages.flag("debug", config.log_debug);
  problems.add(messages.finish());
  if (auto verdict = problems.verdict(path); !verdict) return std::unexpected(std::move(verdict.error()));
  return config;
}

}  // namespace sluice::server
