#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "answers/answers.h"
#include "base/file.h"
#include "binlog/event_info.h"
#include "binlog/log_file_name.h"
#include "binlog/transaction_payload.h"
#include "sql/error_code.h"
#include "sql/utf8.h"
#include "store/event_scanner.h"
#include "store/log_reader.h"

namespace sluice::answers {
namespace {

constexpr std::uint64_t first_event = 4;

std::unexpected<Error> cannot_show(ErrorKind kind, std::string_view why) {
  return fail(kind, fmt::format("Error when executing command SHOW BINLOG EVENTS: {}", why),
              sql::error_code::error_when_executing);
}

/// The file to show: the named one, or the oldest. Nothing while the log has none.
Result<std::optional<store::LogFileInfo>> find_file(const store::Log& log, const std::optional<std::string>& name) {
  if (!name) {
    const auto files = log.files();
    return files.empty() ? std::nullopt : std::optional(files.front());
  }
  const auto number = binlog::log_file_number(*name);
  const auto file = number ? log.file(*number) : std::nullopt;
  if (!file) return cannot_show(ErrorKind::not_found, "Could not find target log");
  return file;
}

/// Reads a file's events and makes rows of those a LIMIT lets through.
class EventRows {
 public:
  EventRows(const store::Log& log, const store::LogFileInfo& file, const sql::ShowBinlogEvents& show)
      : path_(log.path_of(file.number)),
        name_(binlog::log_file_name(file.number)),
        end_(file.size),
        limit_(show.limit.value_or(sql::Limit{.offset = 0, .count = UINT64_MAX})) {
    // As in mysqld, where LIMIT 0 limits nothing here.
    if (limit_.offset == 0 && limit_.count == 0) limit_.count = UINT64_MAX;
  }

  Result<void> read(std::uint64_t position, const Cancellation& cancellation, SqlRows& answer) {
    auto opened = open_file(path_, O_RDONLY);
    if (!opened) return std::unexpected(std::move(opened.error()));
    store::EventScanner scanner(*opened, path_, position, end_, false);
    constexpr std::uint64_t events_between_looks = 4096;
    for (std::uint64_t events = 0; answer.rows.size() < limit_.count; ++events) {
      if (events % events_between_looks == 0 && cancellation.cancelled()) {
        return fail(ErrorKind::closed, "Query execution was interrupted", sql::error_code::interrupted);
      }
      const auto event = scanner.next();
      if (!event) return std::unexpected(event.error());
      if (!*event) break;
      const bool compressed = (*event)->header.type == binlog::EventType::transaction_payload;
      if (seen_ < limit_.offset && !compressed) {
        ++seen_;
        continue;
      }
      if (auto added = add(**event, *opened, answer); !added) return added;
    }
    return {};
  }

 private:
  Result<void> add(const store::EventScanner::Event& event, const FileDescriptor& file, SqlRows& answer) {
    const auto body = whole_body(event, file);
    if (!body) return std::unexpected(body.error());
    const std::uint64_t end = event.offset + event.header.event_size;
    if (auto added = add_row(event.offset, end, event.header, *body, answer); !added) return added;
    const bool whole = binlog::EventHeader::size + body->size() + binlog::checksum_size == event.header.event_size;
    if (event.header.type != binlog::EventType::transaction_payload || !whole) return {};
    return add_compressed(end, *body, answer);
  }

  /// As mysqld tells them: all at the end of the event that holds them.
  Result<void> add_compressed(std::uint64_t end, ByteView body, SqlRows& answer) {
    const auto payload = binlog::decode_transaction_payload(body);
    if (!payload) return {};
    return binlog::for_each_payload_event(*payload, answer_size_max, [&](ByteView event) -> Result<void> {
      const auto header = binlog::decode_event_header(event);
      if (!header) return std::unexpected(header.error());
      return add_row(end, end, *header, event.subspan(binlog::EventHeader::size), answer);
    });
  }

  Result<void> add_row(std::uint64_t position, std::uint64_t end, const binlog::EventHeader& header, ByteView body,
                       SqlRows& answer) {
    if (seen_++ < limit_.offset || answer.rows.size() == limit_.count) return {};
    auto& row = answer.rows.emplace_back();
    row = {name_,
           std::to_string(position),
           std::string(binlog::event_type_name(header.type)),
           std::to_string(header.server_id),
           std::to_string(end),
           binlog::event_info(header, body)};
    constexpr std::size_t row_overhead = 256;  // memory beside the text
    size_ += row.back()->size() + row_overhead;
    if (size_ <= answer_size_max) return {};
    return cannot_show(ErrorKind::limit,
                       fmt::format("the answer would be larger than {} MiB; show less of {} at a time with FROM and "
                                   "LIMIT",
                                   answer_size_max >> 20U, name_));
  }

  /// What the scanner gives is cut; of the events whose text or content matters all is read, up to what an answer may
  /// have.
  Result<ByteView> whole_body(const store::EventScanner::Event& event, const FileDescriptor& file) {
    using enum binlog::EventType;
    const binlog::EventHeader& header = event.header;
    const bool text = header.type == query || header.type == rows_query || header.type == previous_gtids ||
                      header.type == transaction_payload;
    const std::size_t size = header.event_size - binlog::EventHeader::size - binlog::checksum_size;
    if (!text || event.body.size() >= size || size > answer_size_max) return event.body;
    buffer_.resize(size);
    const auto got = read_at(file, event.offset + binlog::EventHeader::size, buffer_, path_);
    if (!got) return std::unexpected(got.error());
    return ByteView(buffer_).first(*got);
  }

  std::filesystem::path path_;
  std::string name_;
  std::uint64_t end_;
  sql::Limit limit_;
  Bytes buffer_;
  std::uint64_t seen_ = 0;  ///< rows, those that LIMIT leaves out included
  std::size_t size_ = 0;
};

}  // namespace

Result<SqlRows> answer_binlog_events(const sql::ShowBinlogEvents& show, const EvaluationContext& context) {
  using Type = SqlColumn::Type;
  SqlRows answer{.columns = {{"Log_name", Type::text},
                             {"Pos", Type::unsigned_integer},
                             {"Event_type", Type::text},
                             {"Server_id", Type::unsigned_integer},
                             {"End_log_pos", Type::unsigned_integer},
                             {"Info", Type::text}},
                 .rows = {}};
  const store::Log& log = context.server.log();
  const auto file = find_file(log, show.file);
  if (!file) return std::unexpected(file.error());
  if (!*file) return answer;
  const std::uint64_t position = std::max(first_event, show.position.value_or(first_event));
  if (position >= (*file)->size) return answer;
  if (!log.check_position({(*file)->number, position})) {
    return cannot_show(ErrorKind::invalid, "Wrong offset or I/O error");
  }
  EventRows rows(log, **file, show);
  if (auto read = rows.read(position, context.cancellation, answer); !read) {
    if (is_mysql_error(read.error().code)) return std::unexpected(std::move(read.error()));
    return cannot_show(read.error().kind, read.error().message);
  }
  return answer;
}

}  // namespace sluice::answers
