#include "mysql/name_resolution.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace sluice::mysql {
namespace {

/// Threads that ask for names, all clients together. Each ends when the system's resolver gives up.
constexpr int resolver_threads_max = 64;
std::atomic<int> resolver_threads = 0;

using Addresses = std::vector<SocketAddress>;

Result<Addresses> ask_system(const ServerAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (code != 0) {
    const ErrorKind kind = code == EAI_NONAME ? ErrorKind::not_found : ErrorKind::io;
    return fail(kind, fmt::format("the host name cannot be resolved: {}", ::gai_strerror(code)));
  }
  Addresses addresses;
  for (const addrinfo* entry = list; entry != nullptr && addresses.size() < resolved_addresses_max;
       entry = entry->ai_next) {
    SocketAddress& found = addresses.emplace_back();
    std::memcpy(&found.storage, entry->ai_addr, entry->ai_addrlen);
    found.size = entry->ai_addrlen;
  }
  ::freeaddrinfo(list);
  return addresses;
}

/// What the asking thread and the waiting one share.
struct Question {
  ServerAddress address;
  FileDescriptor answered;  ///< readable once there is an answer
  std::mutex mutex;
  std::optional<Result<Addresses>> answer;
};

void answer(const std::shared_ptr<Question>& question) {
  auto addresses = ask_system(question->address, 0);
  {
    const std::lock_guard lock(question->mutex);
    question->answer = std::move(addresses);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(question->answered.get(), &one, sizeof one);
  --resolver_threads;
}

Result<std::shared_ptr<Question>> start_asking(const ServerAddress& address) {
  auto question = std::make_shared<Question>();
  question->address = address;
  question->answered = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!question->answered) {
    return fail(ErrorKind::io, fmt::format("no event descriptor: {}", std::strerror(errno)), errno);
  }
  if (++resolver_threads > resolver_threads_max) {
    --resolver_threads;
    return fail(ErrorKind::limit, "too many host names are being resolved; the name service does not answer");
  }
  try {
    std::thread(&answer, question).detach();
  } catch (const std::system_error& error) {
    --resolver_threads;
    return fail(ErrorKind::io, fmt::format("no thread to resolve the host name: {}", error.what()));
  }
  return question;
}

}  // namespace

Result<Addresses> resolve(const ServerAddress& address, const Interruption& interruption, Deadline deadline) {
  if (auto numeric = ask_system(address, AI_NUMERICHOST)) {
    return numeric;
  }
  auto question = start_asking(address);
  if (!question) {
    return std::unexpected(question.error());
  }
  const auto answered = interruption.wait((*question)->answered.get(), POLLIN, deadline);
  if (!answered) {
    return std::unexpected(answered.error());
  }
  const std::lock_guard lock((*question)->mutex);
  if (!*answered || !(*question)->answer) {
    return fail(ErrorKind::timeout, "the name service did not answer in time");
  }
  return std::move(*(*question)->answer);
}

}  // namespace sluice::mysql
