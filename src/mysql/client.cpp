#include "mysql/client.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "mysql/client_connection.h"
#include "mysql/client_login.h"
#include "mysql/command.h"

namespace sluice::mysql {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t local_file_request = 0xFB;
/// What a value takes beyond its bytes, so that NULLs without end are limited too.
constexpr std::size_t value_overhead = sizeof(Value);
/// What a packet that is not a row may take whatever the limit of the result.
constexpr std::size_t packet_size_allowed = 65536;

std::size_t size_of(const Row& row) {
  std::size_t size = 0;
  for (const Value& value : row) {
    size += value_overhead + (value ? value->size() : 0);
  }
  return size;
}

Bytes query_command(std::string_view statement) {
  Bytes command;
  command.reserve(1 + statement.size());
  command.push_back(static_cast<std::uint8_t>(Command::query));
  command.insert(command.end(), as_bytes(statement).begin(), as_bytes(statement).end());
  return command;
}

}  // namespace

struct Client::State {
  ClientOptions options;
  std::shared_ptr<Interruption> interruption;
  std::string name;
  Greeting greeting;
  std::optional<ClientConnection> connection;
  std::optional<SqlError> refusal;

  [[nodiscard]] std::unexpected<Error> named(Error error) const { return fail_in(name, std::move(error)); }
  /// For errors after which nobody knows what the server will send next.
  [[nodiscard]] std::unexpected<Error> broken(Error error) {
    connection.reset();
    return named(std::move(error));
  }
  [[nodiscard]] std::unexpected<Error> not_open() const { return fail(ErrorKind::closed, name + ": not connected"); }

  /// The first payload of the answer to a statement; the server's refusal as error.
  Result<ByteView> ask(std::string_view statement, Deadline deadline, std::size_t size_max);
  Result<ByteView> read(Deadline deadline, std::size_t size_max);
  Result<QueryResult> read_result(ByteView first, Deadline deadline, std::size_t size_max);
  Result<void> read_columns(QueryResult& result, std::size_t count, Deadline deadline, std::size_t size_max);
};

Result<ByteView> Client::State::ask(std::string_view statement, Deadline deadline, std::size_t size_max) {
  refusal.reset();
  if (!connection) {
    return not_open();
  }
  connection->start_command();
  if (auto sent = connection->send(query_command(statement), deadline); !sent) {
    return broken(std::move(sent.error()));
  }
  return read(deadline, size_max);
}

Result<ByteView> Client::State::read(Deadline deadline, std::size_t size_max) {
  auto payload = connection->read(deadline, size_max + packet_size_allowed);
  if (!payload) {
    return broken(std::move(payload.error()));
  }
  if (is_error(*payload)) {
    auto error = decode_error(*payload);
    if (!error) {
      return broken(std::move(error.error()));
    }
    refusal = std::move(*error);
    return named(to_error(*refusal));
  }
  return payload;
}

Result<void> Client::State::read_columns(QueryResult& result, std::size_t count, Deadline deadline,
                                         std::size_t size_max) {
  while (result.columns.size() < count) {
    const auto payload = read(deadline, size_max);
    if (!payload) {
      return std::unexpected(payload.error());
    }
    auto column = decode_column(*payload);
    if (!column) {
      return broken(std::move(column.error()));
    }
    result.columns.push_back(std::move(column->name));
    result.types.push_back(column->type);
  }
  const auto end = read(deadline, size_max);
  if (!end) {
    return std::unexpected(end.error());
  }
  if (!is_eof(*end)) {
    return broken({ErrorKind::invalid, "no EOF packet behind the columns"});
  }
  return {};
}

Result<QueryResult> Client::State::read_result(ByteView first, Deadline deadline, std::size_t size_max) {
  const auto count = decode_column_count(first);
  if (!count) {
    return broken(count.error());
  }
  QueryResult result;
  if (auto columns = read_columns(result, *count, deadline, size_max); !columns) {
    return std::unexpected(columns.error());
  }
  std::size_t size = 0;
  for (;;) {
    const auto payload = read(deadline, size_max);
    if (!payload) {
      return std::unexpected(payload.error());
    }
    if (is_eof(*payload)) {
      return result;
    }
    auto row = decode_text_row(*payload, *count);
    if (!row) {
      return broken(std::move(row.error()));
    }
    size += size_of(*row);
    if (size > size_max) {
      return broken({ErrorKind::limit, fmt::format("a result of more than {} bytes", size_max)});
    }
    result.rows.push_back(std::move(*row));
  }
}

Client::Client(ClientOptions options, std::shared_ptr<Interruption> interruption) : state_(std::make_unique<State>()) {
  SLUICE_ASSERT(interruption != nullptr);
  state_->name = options.role + " " + options.address;
  state_->options = std::move(options);
  state_->interruption = std::move(interruption);
}

Client::~Client() {
  if (state_) {
    close();
  }
}

Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<void> Client::connect() {
  close();
  const auto address = parse_server_address(state_->options.address);
  if (!address) {
    return state_->named(address.error());
  }
  const Deadline deadline = std::chrono::steady_clock::now() + state_->options.connect_deadline;
  auto socket = ClientSocket::connect(*address, state_->interruption, deadline);
  if (!socket) {
    return state_->named(std::move(socket.error()));
  }
  ClientConnection& connection = state_->connection.emplace(std::move(*socket), state_->options.receive_buffer_size);
  auto greeting = log_in_to_server(connection, state_->options, address->host, deadline);
  if (!greeting) {
    return state_->broken(std::move(greeting.error()));
  }
  state_->greeting = std::move(*greeting);
  return {};
}

bool Client::is_open() const {
  return state_->connection.has_value();
}

void Client::close() {
  if (!state_->connection) {
    return;
  }
  // The server does without the goodbye, too; it only counts an aborted connection more.
  const auto quit = static_cast<std::uint8_t>(Command::quit);
  state_->connection->start_command();
  [[maybe_unused]] const auto sent = state_->connection->send({&quit, 1}, std::chrono::steady_clock::now());
  state_->connection.reset();
}

const Greeting& Client::greeting() const {
  return state_->greeting;
}

std::string Client::tls_description() const {
  return state_->connection ? state_->connection->socket().tls_description() : std::string();
}

const std::string& Client::name() const {
  return state_->name;
}

Result<QueryResult> Client::query(std::string_view statement, std::size_t size_max) {
  const Deadline deadline = std::chrono::steady_clock::now() + state_->options.answer_deadline;
  const auto first = state_->ask(statement, deadline, size_max);
  if (!first) {
    return std::unexpected(first.error());
  }
  if (is_ok(*first)) {
    auto ok = decode_ok(*first);
    if (!ok) {
      return state_->broken(std::move(ok.error()));
    }
    return QueryResult{.columns = {}, .types = {}, .rows = {}, .ok = std::move(*ok)};
  }
  if (!first->empty() && first->front() == local_file_request) {
    return state_->broken({ErrorKind::unsupported, "the server asks for a local file"});
  }
  return state_->read_result(*first, deadline, size_max);
}

Result<Ok> Client::execute(std::string_view statement) {
  const Deadline deadline = std::chrono::steady_clock::now() + state_->options.answer_deadline;
  const auto first = state_->ask(statement, deadline, query_result_size_max);
  if (!first) {
    return std::unexpected(first.error());
  }
  if (!is_ok(*first)) {
    return state_->broken({ErrorKind::invalid, "a statement that should give no rows gave some"});
  }
  auto ok = decode_ok(*first);
  if (!ok) {
    return state_->broken(std::move(ok.error()));
  }
  return ok;
}

const std::optional<SqlError>& Client::refusal() const {
  return state_->refusal;
}

Result<void> Client::send_command(ByteView payload) {
  if (!state_->connection) {
    return state_->not_open();
  }
  state_->connection->start_command();
  const Deadline deadline = std::chrono::steady_clock::now() + state_->options.answer_deadline;
  if (auto sent = state_->connection->send(payload, deadline); !sent) {
    return state_->broken(std::move(sent.error()));
  }
  return {};
}

Result<ByteView> Client::read_payload(std::chrono::milliseconds deadline, std::size_t size_max) {
  if (!state_->connection) {
    return state_->not_open();
  }
  auto buffered = state_->connection->next_buffered(size_max);
  if (buffered && *buffered) {
    return **buffered;
  }
  if (!buffered) {
    return state_->broken(std::move(buffered.error()));
  }
  auto payload = state_->connection->read(std::chrono::steady_clock::now() + deadline, size_max);
  if (!payload && payload.error().kind == ErrorKind::timeout) {
    return state_->named(std::move(payload.error()));
  }
  if (!payload) {
    return state_->broken(std::move(payload.error()));
  }
  return payload;
}

Result<std::optional<ByteView>> Client::read_available(std::size_t size_max) {
  if (!state_->connection) {
    return state_->not_open();
  }
  auto payload = state_->connection->read_available(size_max);
  if (!payload) {
    return state_->broken(std::move(payload.error()));
  }
  return payload;
}

Result<bool> Client::wait(std::chrono::milliseconds deadline) {
  if (!state_->connection) {
    return state_->not_open();
  }
  if (state_->connection->has_payload()) {
    return true;
  }
  auto ready = state_->connection->socket().wait_readable(std::chrono::steady_clock::now() + deadline);
  if (!ready) {
    return state_->broken(std::move(ready.error()));
  }
  return ready;
}

Error Client::error_of(ByteView error_payload) const {
  const auto error = decode_error(error_payload);
  return state_->named(error ? to_error(*error) : error.error()).error();
}

void Client::interrupt() noexcept {
  state_->interruption->request();
}

}  // namespace sluice::mysql
