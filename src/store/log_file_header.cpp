#include "store/log_file_header.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"

namespace sluice::store {
namespace {

constexpr std::size_t header_size_max = 64U << 20U;

struct RawEvent {
  binlog::EventHeader header;
  Bytes bytes;
};

std::unexpected<Error> damaged(const std::filesystem::path& path, std::uint64_t offset, std::string_view what) {
  return fail(ErrorKind::corrupt,
              fmt::format("{}: the event at offset {} is damaged: {}", path.string(), offset, what));
}

Result<RawEvent> read_event(const FileDescriptor& file, const std::filesystem::path& path, std::uint64_t offset,
                            binlog::EventType type) {
  RawEvent event{.header = {}, .bytes = Bytes(binlog::EventHeader::size)};
  auto got = read_at(file, offset, event.bytes, path);
  if (!got) return std::unexpected(got.error());
  if (*got < event.bytes.size())
    return fail(ErrorKind::not_found, path.string() + ": the file's header is not complete");
  const auto header = binlog::decode_event_header(event.bytes);
  if (!header || header->type != type || header->event_size > header_size_max) {
    return damaged(path, offset, fmt::format("expected {}", binlog::event_type_name(type)));
  }
  event.header = *header;
  event.bytes.resize(header->event_size);
  got = read_at(file, offset, event.bytes, path);
  if (!got) return std::unexpected(got.error());
  if (*got < event.bytes.size())
    return fail(ErrorKind::not_found, path.string() + ": the file's header is not complete");
  if (!binlog::checksum_matches(event.bytes)) return damaged(path, offset, "its checksum does not match");
  return event;
}

}  // namespace

Result<LogFileHeader> read_log_file_header(const FileDescriptor& file, const std::filesystem::path& path) {
  std::uint8_t magic[sizeof binlog::file_magic] = {};
  const auto got = read_at(file, 0, magic, path);
  if (!got) return std::unexpected(got.error());
  if (*got < sizeof magic) return fail(ErrorKind::not_found, path.string() + ": the file's header is not complete");
  if (!std::ranges::equal(magic, binlog::file_magic)) return damaged(path, 0, "bad magic number");

  LogFileHeader header;
  auto description = read_event(file, path, sizeof magic, binlog::EventType::format_description);
  if (!description) return std::unexpected(std::move(description.error()));
  auto format = binlog::decode_format_description(description->bytes);
  if (!format) return damaged(path, sizeof magic, format.error().message);
  header.format = std::move(*format);
  header.timestamp = description->header.timestamp;

  const std::uint64_t offset = sizeof magic + description->bytes.size();
  auto previous = read_event(file, path, offset, binlog::EventType::previous_gtids);
  if (!previous) return std::unexpected(std::move(previous.error()));
  const ByteView event = previous->bytes;
  auto set = binlog::decode_gtid_set(
      event.subspan(binlog::EventHeader::size, event.size() - binlog::EventHeader::size - binlog::checksum_size));
  if (!set) return damaged(path, offset, set.error().message);
  header.previous = std::move(*set);
  header.size = offset + event.size();
  return header;
}

}  // namespace sluice::store
