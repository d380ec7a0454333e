#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/error.h"
#include "mysql/channel.h"
#include "mysql/server_login.h"

namespace sluice::relay {

namespace asio = boost::asio;

/// Where an instance receives clients.
struct InstanceAddress {
  std::string ip;
  std::uint16_t port = 0;
};

/// The account under which servers of the cluster log in at instances for their clients. It has to be one with
/// `relay = true` there and to have mysql_native_password.
struct RelayAccount {
  std::string user;
  std::string password;
};

/// Connects to an instance and logs in there for a client that `login` has let in, `client_ip` being its address: the
/// connection speaks what was agreed upon with the client, who may be joined to it right away. Takes at most
/// `deadline`. What is given by reference has to live until it completes.
///
/// Errors name the instance's address: io and timeout where it cannot be reached, refused with its number where it
/// refuses (1040 too many connections), unsupported where it lacks what the client was promised.
[[nodiscard]] asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> log_in_for(
    asio::any_io_executor executor, const InstanceAddress& address, const RelayAccount& account,
    const mysql::Login& login, const std::string& client_ip, std::chrono::milliseconds deadline);

}  // namespace sluice::relay
