#pragma once

#include <memory>
#include <vector>

#include "manage/routes.h"
#include "metadb/names.h"
#include "mysql/user_name.h"
#include "relay/instance_login.h"
#include "relay/relay.h"
#include "server/relayed.h"
#include "session/sql_connection.h"

namespace sluice::server {

/// What the connections of a Binlog server share. Must outlive them; the functions may be called by any thread.
struct EntryServices : session::SqlServices {
  /// Where the tenant's primary is. Blocks: called in `statements`. The cluster's name may be empty, if one tenant only
  /// has the name.
  std::function<Result<manage::Route>(const metadb::TenantName& tenant)> find_primary;
  /// Why nobody can log in yet; empty: all can.
  std::function<std::string()> not_ready;
  relay::RelayAccount relay_account;
  Relayed* relayed = nullptr;
  std::shared_ptr<relay::RelayTotals> relay_totals;
  std::atomic<std::uint64_t>* dump_requests = nullptr;  ///< those passed on with a dump as their first command
};

/// A client of a Binlog server. Without a tenant in its name it says management statements. With one it is checked here
/// and, with its first command that is not for the server (tenant_commands.h), passed on to the tenant's primary,
/// wherever that is: from then on its bytes are relayed as they are.
class EntrySession : public session::SqlConnection {
 public:
  EntrySession(boost::asio::ip::tcp::socket socket, const EntryServices& services, std::uint32_t connection_id);

  /// Refused without a greeting while the cluster's accounts are not known.
  [[nodiscard]] boost::asio::awaitable<bool> log_in() override;

  /// Whether the client is relayed to this instance now. Its own thread.
  [[nodiscard]] bool is_relayed_to(const manage::Route& route) const;

 protected:
  /// A client for a tenant that has no primary is refused, and told why.
  [[nodiscard]] mysql::LoginSettings login_settings() const override;
  [[nodiscard]] Answered answer(const Bytes& payload) override;

 private:
  using Refusal = std::optional<mysql::SqlError>;

  [[nodiscard]] boost::asio::awaitable<Result<manage::Route>> find_primary(const mysql::TenantUserName& name) const;
  [[nodiscard]] boost::asio::awaitable<Refusal> refuse_unserved(const mysql::Login& login) const;
  [[nodiscard]] bool remember(const Bytes& payload);
  [[nodiscard]] Answered answer_for_tenant(const Bytes& payload);
  [[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> open_instance();
  [[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> try_instance(
      std::chrono::milliseconds deadline);
  [[nodiscard]] boost::asio::awaitable<Result<void>> settle(mysql::Channel& instance);
  [[nodiscard]] Answered pass_on(const Bytes& payload);

  const EntryServices& entry_;
  manage::Route route_{};  ///< the last that was tried
  bool relayed_ = false;
  std::vector<Bytes> settings_;  ///< commands that are said again to the instance
  std::size_t settings_size_ = 0;
};

}  // namespace sluice::server
