#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cipher.h"
#include "base/error.h"
#include "mysql/client.h"
#include "mysql/interruption.h"

namespace sluice::manage {

/// The accounts under which the servers of a cluster log in at its instances. Their passwords are made of the cluster's
/// key, so every server knows them and nobody stores them.
struct InstanceSecret {
  std::string user;
  std::string password;
  std::string native_hash;  ///< as an instance's configuration has it
};
/// For statements: an administrator.
[[nodiscard]] InstanceSecret instance_administrator(const CipherKey& key);
/// For clients that are relayed.
[[nodiscard]] InstanceSecret instance_relay(const CipherKey& key);

/// REPORT without boundaries of files: none is later than this time.
inline constexpr const char* short_report = "REPORT 4294967295";

/// Asks instances, each on a connection of its own that is closed behind the answer. Any thread; blocks.
class InstanceClient {
 public:
  InstanceClient(const CipherKey& key, std::shared_ptr<mysql::Interruption> interruption)
      : administrator_(instance_administrator(key)), interruption_(std::move(interruption)) {}

  struct Address {
    std::string ip;
    std::uint16_t port = 0;
  };

  /// How long is waited for instances.
  struct Patience {
    std::chrono::milliseconds connect = std::chrono::seconds(2);
    std::chrono::milliseconds answer = std::chrono::seconds(10);
    std::size_t at_once = 10;  ///< so many are asked side by side
  };
  /// To find out who lives.
  static constexpr Patience brief{std::chrono::milliseconds(300), std::chrono::milliseconds(300), 64};

  /// The answer to one statement. The error is the instance's own, with its number, or says that it cannot be reached
  /// (io, timeout).
  [[nodiscard]] Result<mysql::QueryResult> ask(const Address& address, const std::string& statement,
                                               const Patience& patience) const;
  [[nodiscard]] Result<mysql::QueryResult> ask(const Address& address, const std::string& statement) const {
    return ask(address, statement, Patience{});
  }

  struct Question {
    Address address;
    std::string statement;
  };
  /// Many, some at a time. As many answers as questions, in their order. After half a minute those that were not asked
  /// yet are not (limit): too many others did not answer.
  [[nodiscard]] std::vector<Result<mysql::QueryResult>> ask_all(std::span<const Question> questions,
                                                                const Patience& patience) const;
  [[nodiscard]] std::vector<Result<mysql::QueryResult>> ask_all(std::span<const Question> questions) const {
    return ask_all(questions, Patience{});
  }

 private:
  InstanceSecret administrator_;
  std::shared_ptr<mysql::Interruption> interruption_;
};

}  // namespace sluice::manage
