#include "server/entry.h"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/random.h"
#include "listen/certificate.h"
#include "manage/management_session.h"
#include "manage/routes.h"
#include "metadb/meta_db.h"
#include "sql/error_code.h"

namespace sluice::server {
namespace {

constexpr std::size_t statement_threads = 8;
constexpr std::size_t routes_max = 100'000;

/// Until the MetaDB has told of any: one that nobody knows the password of, so that all log-ins look alike.
std::shared_ptr<listen::Accounts> no_accounts() {
  std::array<std::uint8_t, 20> random{};
  fill_random(random);
  const std::string name = to_hex(random);
  fill_random(random);
  auto accounts = listen::Accounts::make({{.name = name, .native = "*" + to_hex(random), .password_hash = ""}});
  SLUICE_ASSERT(accounts.has_value());
  return std::move(*accounts);
}

}  // namespace

Entry::Entry(const Services& services)
    : services_(services), accounts_(no_accounts()), statements_(statement_threads) {}

Result<std::unique_ptr<Entry>> Entry::open(const Services& services) {
  std::unique_ptr<Entry> entry(new Entry(services));
  auto state = SqlState::open(services.config->directory, services.server_id, services.server_uuid, &entry->sessions_);
  if (!state) return std::unexpected(std::move(state.error()));
  entry->state_ = std::move(*state);
  if (auto prepared = entry->prepare_login(); !prepared) return std::unexpected(std::move(prepared.error()));
  if (auto listening = entry->listen(); !listening) return std::unexpected(std::move(listening.error()));
  return entry;
}

Entry::~Entry() {
  if (listener_) listener_->stop();
  statements_.join();
}

Result<void> Entry::prepare_login() {
  const Config& config = *services_.config;
  const auto certificate = config.certificate_file.empty()
                               ? listen::load_or_make_certificate(config.directory)
                               : listen::load_certificate(config.certificate_file, config.certificate_key_file);
  if (!certificate) return std::unexpected(certificate.error());
  auto tls = listen::make_tls_context(*certificate);
  if (!tls) return std::unexpected(std::move(tls.error()));
  tls_ = std::move(*tls);
  auto key = listen::make_password_key(*certificate);
  if (!key) return std::unexpected(std::move(key.error()));
  password_key_ = std::make_unique<mysql::PasswordKey>(std::move(*key));
  entry_.login.server_version = [this] { return state_->server_version(); };
  entry_.login.tls = tls_.get();
  entry_.login.password_key = password_key_.get();
  entry_.login.trusts = [this](const std::string& address, const std::string& /*user*/) {
    return services_.config->trusted.contains(address);
  };
  return {};
}

Result<void> Entry::listen() {
  using enum parameters::Parameter;
  const Config& config = *services_.config;
  listen::ListenerSettings settings;
  settings.address = config.listen_address;
  settings.port = config.port;
  settings.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
  settings.connections_max = [this] { return state_->parameters().value(max_connections); };
  settings.unauthenticated_max = [this] { return state_->parameters().value(max_unauthenticated_connections); };
  settings.is_admin = [this](const std::string& user) { return accounts_.is_admin(user); };
  auto listener = listen::Listener::open(settings);
  if (!listener) return std::unexpected(std::move(listener.error()));
  listener_ = std::move(*listener);

  entry_.listener = listener_.get();
  entry_.accounts = &accounts_;
  entry_.is_known = [this](const std::string& user) { return accounts_.is_known(user); };
  entry_.is_admin = settings.is_admin;
  entry_.make_sql = [this](const answers::SqlClient& client) {
    return std::make_unique<manage::ManagementSession>(*state_, *services_.metadb, *services_.management, client);
  };
  entry_.statements = statements_.get_executor();
  entry_.statement_count = &services_.totals->sql_requests;
  entry_.statistics = [this] {
    return fmt::format(
        "Uptime: {}  Threads: {}  Questions: {}",
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - listener_->started())
            .count(),
        listener_->connections(), services_.totals->sql_requests.load());
  };
  entry_.registry = &sessions_;
  entry_.find_primary = [this](const metadb::TenantName& tenant) { return find_primary(tenant); };
  entry_.not_ready = [this] { return not_ready(); };
  const manage::InstanceSecret relay = manage::instance_relay(services_.management->key);
  entry_.relay_account = {.user = relay.user, .password = relay.password};
  entry_.relayed = &relayed_;
  entry_.relay_totals = std::make_shared<relay::RelayTotals>();
  entry_.relay_totals->dumps = &services_.totals->dump_requests;
  entry_.dump_requests = &services_.totals->dump_requests;

  state_->serve(listener_->port(), true, [this](std::uint32_t id, answers::KillScope scope, std::uint32_t killer) {
    const auto record = sessions_.find(id);
    if (!record) return false;
    if (id == killer) {
      if (scope == answers::KillScope::connection) record->end_after_answer();
      return true;
    }
    listener_->for_each([id, scope](listen::Connection& connection) {
      if (connection.connection_id() == id) static_cast<EntrySession&>(connection).kill(scope);
    });
    return true;
  });
  listener_->start(
      {.make = [this](boost::asio::ip::tcp::socket socket, std::size_t /*thread*/,
                      std::uint32_t id) { return std::make_shared<EntrySession>(std::move(socket), entry_, id); },
       .ended = [this] { statements_.join(); }});
  return {};
}

void Entry::take(const std::vector<metadb::Account>& accounts) {
  std::vector<listen::AccountSettings> settings;
  for (const metadb::Account& one : accounts) {
    settings.push_back(
        {.name = one.name, .native = one.native_hash, .password_hash = one.password_hash, .admin = one.tag == "admin"});
  }
  auto made = listen::Accounts::make(settings);
  const std::lock_guard lock(accounts_mutex_);
  if (!made) {
    log::error("the MetaDB's accounts cannot be used, those before stay: {}", made.error().message);
    return;
  }
  accounts_.change(std::move(*made));
  accounts_known_ = true;
  listener_->for_each([this](listen::Connection& connection) {
    static_cast<EntrySession&>(connection).close_if_gone([this](const std::string& user) {
      return !accounts_.is_known(user);
    });
  });
}

void Entry::cut_relays_to(const manage::Route& route) {
  listener_->for_each([route](listen::Connection& connection) {
    auto& session = static_cast<EntrySession&>(connection);
    if (session.is_relayed_to(route)) session.kill(answers::KillScope::connection);
  });
}

void Entry::set_metadb_trouble(std::string trouble) {
  const std::lock_guard lock(trouble_mutex_);
  trouble_ = std::move(trouble);
}

std::string Entry::not_ready() {
  if (accounts_known_) return {};
  const std::lock_guard lock(trouble_mutex_);
  return fmt::format("the cluster's accounts are not known to this Binlog server yet: {}; try again later", trouble_);
}

Result<manage::Route> Entry::find_primary(const metadb::TenantName& tenant) {
  auto found = services_.routes->with([&](metadb::MetaDb& database) { return manage::find_primary(database, tenant); });
  const auto is_ours = [](int code) {
    return code == sql::error_code::management || code == sql::error_code::server_shutdown;
  };
  if (!found && !is_ours(found.error().code)) {
    // The MetaDB's own number, or its client library's, would be taken for the client's.
    found.error().message = "the tenant's primary cannot be looked up: " + found.error().message;
    found.error().code = sql::error_code::server_shutdown;
  }
  const std::pair name(tenant.cluster, tenant.tenant);
  const std::lock_guard lock(routes_mutex_);
  if (found) {
    if (routes_.size() >= routes_max) routes_.clear();
    routes_[name] = *found;
    return found;
  }
  if (!metadb::is_away(found.error())) {  // else what was known may still be right
    routes_.erase(name);                  // another's instance may be there one day
    return found;
  }
  const auto known = routes_.find(name);
  return known != routes_.end() ? Result<manage::Route>(known->second) : found;
}

}  // namespace sluice::server
