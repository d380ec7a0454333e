#include "follow/primary.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "binlog/log_file_name.h"
#include "mysql/replication_commands.h"
#include "mysql/response.h"
#include "store/marks.h"

namespace sluice::follow {
namespace {

/// The primary beats four times a second; one that is silent for a second is away.
constexpr std::chrono::milliseconds heartbeat_period{250};
constexpr std::chrono::milliseconds silence_max{1'000};
constexpr std::chrono::milliseconds connect_max{2'000};
/// What it is asked in between is quickly answered; meanwhile nobody looks whether the stream is silent.
constexpr std::chrono::milliseconds answer_max = silence_max;
/// For a checksum it has to read the file, of which it manages at least so many bytes a millisecond.
constexpr std::uint64_t checksum_pace = 20'000;
constexpr std::size_t places_at_once = 1000;
/// However large the transactions are, not every one of them is asked about.
constexpr std::uint64_t asked_again_distance_min = 16U << 10U;
constexpr int no_such_file_error = 1220;  // ER_ERROR_WHEN_EXECUTING_COMMAND
constexpr std::uint8_t payload_event = 0x00;

mysql::ClientOptions client_options(const PrimaryAddress& address) {
  mysql::ClientOptions options;
  options.role = "primary";
  options.address = address.address;
  options.user = address.user;
  options.password = address.password;
  // As what is relayed; events have checksums.
  options.tls.mode = mysql::TlsMode::off;
  options.connect_deadline = connect_max;
  options.answer_deadline = answer_max;
  return options;
}

std::optional<std::uint64_t> number_in(const mysql::Row& row, std::size_t column, int base = 10) {
  if (column >= row.size() || !row[column]) return std::nullopt;
  const std::string_view text = *row[column];
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The file and, in the column behind it, an offset.
std::optional<store::LogPosition> position_in(const mysql::Row& row) {
  const auto file = row.empty() || !row[0] ? std::nullopt : binlog::log_file_number(*row[0]);
  const auto offset = number_in(row, 1);
  if (!file || !offset) return std::nullopt;
  return store::LogPosition{*file, *offset};
}

std::unexpected<Error> strange_answer(const mysql::Client& client, std::string_view statement) {
  return fail(ErrorKind::invalid, fmt::format("{}: its answer to {} makes no sense", client.name(), statement));
}

Result<std::optional<store::LogPosition>> ask_position(mysql::Client& client, std::string_view statement) {
  const auto answer = client.query(statement);
  if (!answer) return std::unexpected(answer.error());
  if (answer->rows.empty()) return std::nullopt;
  const auto position = position_in(answer->rows.front());
  if (!position) return strange_answer(client, statement);
  return position;
}

}  // namespace

Primary::Primary(const PrimaryAddress& address, FollowerIdentity identity,
                 const std::shared_ptr<mysql::Interruption>& interruption)
    : primary_(address),
      interruption_(interruption),
      identity_(std::move(identity)),
      stream_(client_options(address), interruption),
      questions_(client_options(address), interruption) {}

Result<void> Primary::connect() {
  if (auto connected = questions_.connect(); !connected) return connected;
  return stream_.connect();
}

Result<store::LogPosition> Primary::begin() {
  const auto first = ask_position(questions_, "SHOW BINARY LOGS");
  if (!first) return std::unexpected(first.error());
  if (!*first) return store::LogPosition{};
  return store::LogPosition{(*first)->file, sizeof binlog::file_magic};
}

Result<store::LogPosition> Primary::end() {
  const auto end = ask_position(questions_, "SHOW BINARY LOG STATUS");
  if (!end) return std::unexpected(end.error());
  return end->value_or(store::LogPosition());
}

Result<std::uint64_t> Primary::checksum(std::uint64_t file, std::uint64_t size) {
  const auto statement = fmt::format("SHOW BINLOG CHECKSUM IN '{}' TO {}", binlog::log_file_name(file), size);
  mysql::ClientOptions options = client_options(primary_);
  options.answer_deadline += std::chrono::milliseconds(size / checksum_pace);
  mysql::Client client(std::move(options), interruption_);
  if (auto connected = client.connect(); !connected) return std::unexpected(std::move(connected.error()));
  const auto answer = client.query(statement);
  if (!answer) return std::unexpected(answer.error());
  constexpr int hexadecimal = 16;
  const auto value = answer->rows.empty() ? std::nullopt : number_in(answer->rows.front(), 2, hexadecimal);
  if (!value) return strange_answer(client, statement);
  return *value;
}

/// Marks stand at least mark_distance apart, so most transactions need no look at all.
Result<std::optional<SourcePlace>> Primary::find(const store::LogPosition& position) {
  if (position.file != places_file_) {
    places_file_ = position.file;
    places_.clear();
    asked_again_from_ = 0;
  }
  while (!places_.empty() && places_.front().offset < position.offset)
    places_.pop_front();
  if (places_.empty() && position.offset >= asked_again_from_) {
    if (auto loaded = load_places(position); !loaded) return std::unexpected(std::move(loaded.error()));
  }
  if (places_.empty() || places_.front().offset != position.offset) return std::nullopt;
  return places_.front();
}

/// The primary makes a mark mark_distance behind its last one. So that one is asked for as well: from where we are
/// alone nobody could tell when the next one is due.
Result<void> Primary::load_places(const store::LogPosition& from) {
  std::uint64_t last = from.offset - std::min(from.offset, store::mark_distance);
  const auto statement =
      fmt::format("SHOW BINLOG MARKS IN '{}' FROM {} LIMIT {}", binlog::log_file_name(from.file), last, places_at_once);
  const auto answer = questions_.query(statement);
  if (!answer && answer.error().code == no_such_file_error) {  // purged there since it was sent
    asked_again_from_ = std::numeric_limits<std::uint64_t>::max();
    return {};
  }
  if (!answer) return std::unexpected(answer.error());
  for (const mysql::Row& row : answer->rows) {
    const auto offset = number_in(row, 0);
    const auto timestamp = number_in(row, 1);
    if (!offset || !timestamp || row.size() < 3 || !row[2]) return strange_answer(questions_, statement);
    last = *offset;
    if (last >= from.offset) places_.push_back({last, static_cast<std::uint32_t>(*timestamp), *row[2]});
  }
  asked_again_from_ = std::max(last + store::mark_distance, from.offset + asked_again_distance_min);
  return {};
}

Result<void> Primary::begin_dump(const store::LogPosition& position) {
  const auto nanoseconds = std::chrono::nanoseconds(heartbeat_period).count();
  const auto set = stream_.execute(fmt::format(
      "SET @source_heartbeat_period = {0}, @master_heartbeat_period = {0}, @source_binlog_checksum = "
      "'CRC32', @master_binlog_checksum = 'CRC32', @replica_uuid = '{1}', @slave_uuid = '{1}', @sluice_follower = 1",
      nanoseconds, identity_.uuid));
  if (!set) return std::unexpected(set.error());
  // The command with GTIDs, of which we name none: unlike the other it has room for positions beyond 4 GiB.
  mysql::BinlogDumpGtid dump;
  dump.server_id = identity_.server_id;
  dump.gtid_set = binlog::GtidSet().encode();
  dump.position = position.file == 0 ? sizeof binlog::file_magic : position.offset;
  std::uint64_t file = position.file;
  if (file == 0) {
    const auto first = begin();
    if (!first) return std::unexpected(first.error());
    file = first->file;
  }
  if (file == 0) {
    return fail(ErrorKind::io, fmt::format("{} has no log yet", stream_.name()));
  }
  dump.file = binlog::log_file_name(file);
  return stream_.send_command(mysql::encode_binlog_dump_gtid(dump));
}

Result<ByteView> Primary::event_in(ByteView payload) {
  if (mysql::is_error(payload)) return std::unexpected(stream_.error_of(payload));
  if (payload.empty() || payload[0] != payload_event) {
    return fail(ErrorKind::closed, fmt::format("{}: ended its stream; it may be stopping", stream_.name()));
  }
  return payload.subspan(1);
}

Result<std::optional<ByteView>> Primary::available_event() {
  auto payload = stream_.read_available();
  if (!payload) return std::unexpected(std::move(payload.error()));
  if (!*payload) return std::nullopt;
  auto event = event_in(**payload);
  if (!event) return std::unexpected(std::move(event.error()));
  return *event;
}

/// A large event may take its time: whoever sends anything is not silent.
Result<ByteView> Primary::next_event() {
  while (true) {
    const auto something = stream_.wait(silence_max);
    if (!something) return std::unexpected(something.error());
    if (!*something) {
      return fail(ErrorKind::timeout, fmt::format("{}: silent for {} ms", stream_.name(), silence_max.count()));
    }
    const auto payload = stream_.read_payload(std::chrono::milliseconds(0));
    if (payload) return event_in(*payload);
    if (payload.error().kind != ErrorKind::timeout) return std::unexpected(payload.error());
  }
}

}  // namespace sluice::follow
