#include "manage/instance_client.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/hex.h"
#include "mysql/server_address.h"

namespace sluice::manage {
namespace {

constexpr std::chrono::seconds all_deadline{30};

InstanceSecret derive(const CipherKey& key, std::string user) {
  const std::string purpose = "sluice instance account " + user;
  const std::string password = to_hex(sha256({key, as_bytes(purpose)}));
  const Sha1 once = sha1({as_bytes(password)});
  std::string hash = to_hex(sha1({once}));
  std::ranges::transform(hash, hash.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return {std::move(user), password, "*" + hash};
}

}  // namespace

InstanceSecret instance_administrator(const CipherKey& key) {
  return derive(key, "sluice_admin");
}

InstanceSecret instance_relay(const CipherKey& key) {
  return derive(key, "sluice_relay");
}

Result<mysql::QueryResult> InstanceClient::ask(const Address& address, const std::string& statement,
                                               const Patience& patience) const {
  mysql::ClientOptions options;
  options.role = "instance";
  options.address = mysql::to_text({.host = address.ip, .port = address.port});
  options.user = administrator_.user;
  options.password = administrator_.password;
  options.connect_deadline = patience.connect;
  options.answer_deadline = patience.answer;
  options.receive_buffer_size = 64U << 10U;
  mysql::Client client(std::move(options), interruption_);
  if (auto connected = client.connect(); !connected) return std::unexpected(std::move(connected.error()));
  auto answer = client.query(statement);
  if (const auto& refusal = client.refusal(); !answer && refusal) answer.error().message = refusal->message;
  client.close();
  return answer;
}

std::vector<Result<mysql::QueryResult>> InstanceClient::ask_all(std::span<const Question> questions,
                                                                const Patience& patience) const {
  std::vector<Result<mysql::QueryResult>> answers(questions.size());
  std::atomic<std::size_t> next{0};
  const auto end = std::chrono::steady_clock::now() + all_deadline;
  const auto work = [&] {
    for (std::size_t i = next++; i < questions.size(); i = next++) {
      const bool late = std::chrono::steady_clock::now() >= end;
      if (late) {
        answers[i] = fail(ErrorKind::limit, "it was not asked: too many others did not answer in time");
      } else {
        answers[i] = ask(questions[i].address, questions[i].statement, patience);
      }
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(patience.at_once, questions.size()); ++i)
    threads.emplace_back(work);
  work();
  threads.clear();
  return answers;
}

}  // namespace sluice::manage
