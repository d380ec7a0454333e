#include "instance/config.h"

#include <initializer_list>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/file.h"

namespace sluice::instance {
namespace {

/// Takes values out of a table, with checks; what nobody took is an unknown key.
class Section {
 public:
  Section(const toml::table* table, std::string name) : table_(table), name_(std::move(name)) {}

  [[nodiscard]] bool exists() const { return table_ != nullptr; }

  void text(std::string_view key, std::string& value) { take(key, "a text in quotes", value); }

  void path(std::string_view key, std::filesystem::path& value) {
    std::string text_value = value.string();
    text(key, text_value);
    value = text_value;
  }

  void flag(std::string_view key, bool& value) { take(key, "true or false", value); }

  template <typename Number>
  void number(std::string_view key, std::int64_t lowest, std::int64_t highest, Number& value) {
    std::int64_t wide = -1;
    const std::size_t problems = problems_.size();
    take(key, "a number", wide);
    if (problems_.size() != problems || !has(key)) return;
    if (wide < lowest || wide > highest) {
      problem(key, fmt::format("is {}, but has to be from {} to {}", wide, lowest, highest));
      return;
    }
    value = static_cast<Number>(wide);
  }

  void require(std::string_view key) {
    if (!has(key)) problem(key, "is missing");
  }

  [[nodiscard]] bool has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }

  void allow(std::string_view key) { known_.emplace_back(key); }

  void problem(std::string_view key, std::string_view what) {
    problems_.push_back(fmt::format("{}{}{} {}", name_, name_.empty() ? "" : ".", key, what));
  }

  /// What was wrong, unknown keys included.
  std::vector<std::string> finish() {
    if (table_ != nullptr) {
      for (const auto& [key, unused] : *table_) {
        if (std::ranges::find(known_, key.str()) == known_.end()) problem(key.str(), "is not a known key");
      }
    }
    return std::move(problems_);
  }

 private:
  template <typename Value>
  void take(std::string_view key, std::string_view expected, Value& value) {
    allow(key);
    if (!has(key)) return;
    const auto found = (*table_)[key].value_exact<Value>();
    if (!found) {
      problem(key, fmt::format("has to be {}", expected));
      return;
    }
    value = *found;
  }

  const toml::table* table_;
  std::string name_;
  std::vector<std::string> known_;
  std::vector<std::string> problems_;
};

struct Problems {
  std::vector<std::string> all;
  void add(std::vector<std::string> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
};

void read_tenant(Section section, Config& config, Problems& problems) {
  section.text("name", config.tenant);
  section.require("name");
  if (section.exists() && (config.tenant.empty() || config.tenant.size() > 128)) {
    section.problem("name", "has to have 1 to 128 characters");
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

void read_password(Section& section, std::string& password) {
  std::string file;
  section.text("password", password);
  section.text("password_file", file);
  if (file.empty()) return;
  if (!password.empty()) section.problem("password_file", "and password are both given; use one");
  constexpr std::size_t password_size_max = 4096;
  auto content = read_file(file, password_size_max);
  if (!content) {
    section.problem("password_file", content.error().message);
    return;
  }
  while (content->ends_with('\n') || content->ends_with('\r'))
    content->pop_back();
  password = std::move(*content);
}

void read_addresses(Section& section, const toml::table* table, capture::SourceOptions& source) {
  section.allow("addresses");
  const toml::array* addresses = table == nullptr ? nullptr : (*table)["addresses"].as_array();
  if (addresses != nullptr) {
    for (const auto& address : *addresses)
      source.addresses.push_back(address.value_or(std::string()));
  }
  constexpr std::size_t addresses_max = 16;
  if (source.addresses.empty() || source.addresses.size() > addresses_max ||
      std::ranges::count(source.addresses, std::string()) > 0) {
    section.problem("addresses", R"(has to be a list of 1 to 16 texts, such as ["192.0.2.7:3306"])");
  }
}

void read_source(Section section, const toml::table* table, Config& config, Problems& problems) {
  capture::SourceOptions& source = config.source;
  source.tenant = config.tenant;
  std::string kind;
  section.text("kind", kind);
  if (kind != "mysql" && kind != "mariadb") section.problem("kind", "has to be \"mysql\" or \"mariadb\"");
  source.flavour = kind == "mariadb" ? capture::Flavour::mariadb : capture::Flavour::mysql;
  read_addresses(section, table, source);
  section.text("user", source.user);
  section.require("user");
  read_password(section, source.password);

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

void read_trusted(Section& section, const toml::table* table, mysql::AddressRanges& trusted) {
  section.allow("trusted");
  if (!section.has("trusted")) return;
  constexpr std::size_t ranges_max = 256;
  const toml::array* ranges = (*table)["trusted"].as_array();
  if (ranges == nullptr || ranges->size() > ranges_max) {
    section.problem("trusted", R"(has to be a list of at most 256 texts, such as ["192.0.2.7", "10.1.0.0/16"])");
    return;
  }
  for (const auto& range : *ranges) {
    const auto added = trusted.add(range.value_or(std::string()));
    if (!added) section.problem("trusted", added.error().message);
  }
}

void read_listen(Section section, const toml::table* table, Config& config, Problems& problems) {
  section.text("address", config.listen_address);
  section.number("port", 0, UINT16_MAX, config.listen_port);
  section.text("version", config.announced_version);
  read_trusted(section, table, config.trusted);
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

void read_accounts(const toml::table& root, Config& config, Problems& problems) {
  const toml::array* accounts = root["account"].as_array();
  if (accounts == nullptr) {
    problems.all.emplace_back(
        "[[account]] is missing: without an account nobody can log in. `sluice-instance hash-password` "
        "makes its lines");
    return;
  }
  for (const auto& entry : *accounts) {
    Section section(entry.as_table(), "account");
    listen::AccountSettings account;
    section.text("name", account.name);
    section.require("name");
    section.text("native", account.native);
    section.text("password_hash", account.password_hash);
    section.flag("require_tls", account.require_tls);
    section.flag("admin", account.admin);
    section.flag("relay", account.relay);
    problems.add(section.finish());
    config.accounts.push_back(std::move(account));
  }
}

}  // namespace

Result<Config> load_config(const std::filesystem::path& path) {
  constexpr std::size_t file_size_max = 1U << 20U;
  const auto content = read_file(path, file_size_max);
  if (!content) return std::unexpected(content.error());
  toml::table root;
  try {
    root = toml::parse(*content, path.string());
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::invalid,
                fmt::format("{}, line {}: {}", path.string(), error.source().begin.line, error.description()));
  }

  Config config;
  Problems problems;
  Section top(&root, "");
  for (const std::string_view table :
       {"tenant", "source", "log", "listen", "account", "parameters", "metrics", "messages"})
    top.allow(table);
  top.path("data_directory", config.data_directory);
  top.require("data_directory");
  problems.add(top.finish());
  read_tenant({root["tenant"].as_table(), "tenant"}, config, problems);
  read_source({root["source"].as_table(), "source"}, root["source"].as_table(), config, problems);
  read_log({root["log"].as_table(), "log"}, config, problems);
  read_parameters({root["parameters"].as_table(), "parameters"}, config, problems);
  read_listen({root["listen"].as_table(), "listen"}, root["listen"].as_table(), config, problems);
  read_accounts(root, config, problems);
  Section metrics(root["metrics"].as_table(), "metrics");
  metrics.flag("enabled", config.metrics_enabled);
  metrics.text("address", config.metrics_address);
  metrics.number("port", 0, UINT16_MAX, config.metrics_port);
  metrics.text("instance", config.metrics_instance);
  problems.add(metrics.finish());
  Section messages(root["messages"].as_table(), "messages");
  messages.text("file", config.log_file);
  messages.flag("debug", config.log_debug);
  problems.add(messages.finish());

  if (problems.all.empty()) return config;
  return fail(ErrorKind::invalid, fmt::format("{}: {}", path.string(), fmt::join(problems.all, "; ")));
}

}  // namespace sluice::instance
