#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include <boost/asio/thread_pool.hpp>

#include "manage/statement_context.h"
#include "metadb/accounts.h"
#include "metadb/meta_db.h"
#include "server/config.h"
#include "server/entry_accounts.h"
#include "server/entry_session.h"
#include "server/sql_state.h"

namespace sluice::server {

/// The port of a Binlog server (2983): management statements, and clients on their way to tenants' instances.
class Entry {
 public:
  struct Services {
    const Config* config = nullptr;
    metadb::MetaDbPool* metadb = nullptr;
    metadb::MetaDbPool* routes = nullptr;  ///< for log-ins
    const manage::ManagementServices* management = nullptr;
    metrics::ServerTotals* totals = nullptr;
    std::uint32_t server_id = 0;
    std::string server_uuid;
  };
  /// Binds and receives clients. All must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<Entry>> open(const Services& services);
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  /// Why the MetaDB cannot be used; empty: it can. Told to clients while no account is known yet. Any thread.
  void set_metadb_trouble(std::string trouble);
  /// The cluster's accounts from now on; connections of those that are gone are closed. Any thread but the listener's.
  void take(const std::vector<metadb::Account>& accounts);
  /// The instances that clients are relayed to now. Any thread.
  [[nodiscard]] std::vector<manage::Route> relayed_to() const { return relayed_.routes(); }
  /// Ends the connections of the clients that are relayed there. Any thread but the listener's.
  void cut_relays_to(const manage::Route& route);

 private:
  explicit Entry(const Services& services);
  [[nodiscard]] Result<void> prepare_login();
  [[nodiscard]] Result<void> listen();
  [[nodiscard]] std::string not_ready();
  [[nodiscard]] Result<manage::Route> find_primary(const metadb::TenantName& tenant);

  Services services_;
  session::SessionRegistry sessions_;
  std::unique_ptr<SqlState> state_;
  EntryAccounts accounts_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::unique_ptr<mysql::PasswordKey> password_key_;
  Relayed relayed_;
  EntryServices entry_;
  boost::asio::thread_pool statements_;
  std::mutex accounts_mutex_;  ///< one change at a time
  std::mutex trouble_mutex_;
  std::string trouble_ = "this server has just started";  ///< of the MetaDB
  std::atomic<bool> accounts_known_{false};
  std::mutex routes_mutex_;
  /// As last known, by cluster and tenant, for when the MetaDB is away.
  std::map<std::pair<std::string, std::string>, manage::Route> routes_;
  std::unique_ptr<listen::Listener> listener_;
};

}  // namespace sluice::server
