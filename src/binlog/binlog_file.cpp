#include "binlog/binlog_file.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::binlog {
namespace {

/// Of a FORMAT_DESCRIPTION: a replica wrote the file to keep what it received.
constexpr std::uint16_t flag_relay_log = 0x0040;

constexpr std::uint8_t encrypted_magic[4] = {0xFD, 0x62, 0x69, 0x6E};

Result<void> check_magic(ByteView file) {
  if (file.size() < sizeof file_magic)
    return fail(ErrorKind::invalid, fmt::format("not a binlog file: {} bytes", file.size()));
  const ByteView magic = file.first(sizeof file_magic);
  if (std::ranges::equal(magic, encrypted_magic)) {
    return fail(ErrorKind::unsupported,
                "encrypted by MySQL (binlog_encryption): it can only be read through the server "
                "that wrote it");
  }
  if (!std::ranges::equal(magic, file_magic)) {
    return fail(ErrorKind::invalid,
                fmt::format("not a binlog file: it begins with {:02x} {:02x} {:02x} {:02x} instead of fe 62 69 6e",
                            magic[0], magic[1], magic[2], magic[3]));
  }
  return {};
}

class Walker {
 public:
  Walker(ByteView file, const std::function<Result<void>(const FileEvent& event)>& receive, std::uint32_t unpacked_max)
      : file_(file), receive_(receive), unpacked_max_(unpacked_max) {}

  Result<FileSummary> walk() {
    if (Result<void> magic = check_magic(file_); !magic) return std::unexpected(std::move(magic.error()));
    offset_ = sizeof file_magic;
    if (offset_ == file_.size())
      return fail(ErrorKind::invalid, "binlog file has no format description: it ends behind its first 4 bytes");
    while (offset_ < file_.size()) {
      if (Result<void> taken = take_event(); !taken) return std::unexpected(std::move(taken.error()));
    }
    return std::move(summary_);
  }

 private:
  std::unexpected<Error> fail_here(Error error) const {
    return fail_in(fmt::format("offset {}", offset_), std::move(error));
  }
  std::unexpected<Error> fail_here(ErrorKind kind, std::string message) const {
    return fail_here(Error{kind, std::move(message)});
  }

  Result<void> take_event() {
    const ByteView rest = file_.subspan(offset_);
    const Result<EventHeader> header = decode_event_header(rest);
    if (!header) return fail_here(header.error());
    if (header->event_size > rest.size()) {
      return fail_here(ErrorKind::invalid, fmt::format("event of type {} ({}) announces {} bytes, but the file ends "
                                                       "after {}",
                                                       static_cast<int>(header->type), event_type_name(header->type),
                                                       header->event_size, rest.size()));
    }
    const ByteView whole = rest.first(header->event_size);
    const Result<ByteView> body = header->type == EventType::format_description || summary_.events == 0
                                      ? take_format_description(*header, whole)
                                      : take_other(*header, whole);
    if (!body) return fail_here(body.error());
    if (Result<void> received = receive_({offset_, *header, *body}); !received) return received;
    offset_ += header->event_size;
    ++summary_.events;
    return {};
  }

  /// Returns its body, as take_other does.
  Result<ByteView> take_format_description(const EventHeader& header, ByteView whole) {
    if (header.type == EventType::start_v3) {
      return fail(ErrorKind::unsupported,
                  "binlog file of MySQL 4.1 or earlier; only version 4 (MySQL 5.0 and later) is supported");
    }
    if ((header.flags & flag_relay_log) != 0)
      return fail(ErrorKind::unsupported, "relay log of a replica, not a binlog file");
    Result<FormatDescription> description = decode_format_description(whole);
    if (!description) return std::unexpected(std::move(description.error()));
    summary_.description = std::move(*description);
    if (summary_.description.checksum == Checksum::crc32) {
      if (Result<void> right = verify_checksum(whole); !right) return std::unexpected(std::move(right.error()));
    }
    const std::size_t tail = summary_.description.knows_checksums() ? checksum_size : 0;
    return whole.subspan(EventHeader::size, whole.size() - EventHeader::size - tail);
  }

  Result<ByteView> take_other(const EventHeader& header, ByteView whole) {
    if (header.type == EventType::mariadb_start_encryption) {
      return fail(ErrorKind::unsupported,
                  "what follows is encrypted by MariaDB (encrypt_binlog): it can only be read "
                  "through the server that wrote it");
    }
    ByteView body = whole.subspan(EventHeader::size);
    if (summary_.description.checksum == Checksum::crc32) {
      if (Result<void> right = verify_checksum(whole); !right) return std::unexpected(std::move(right.error()));
      body = body.first(body.size() - checksum_size);
    }
    if (Result<void> sound = check_event_body(header.type, body, summary_.description, unpacked_max_); !sound)
      return std::unexpected(std::move(sound.error()));
    return body;
  }

  Result<void> verify_checksum(ByteView whole) {
    if (whole.size() < EventHeader::size + checksum_size || !checksum_matches(whole)) {
      const auto type = static_cast<EventType>(whole[EventHeader::type_offset]);
      return fail(ErrorKind::corrupt, fmt::format("event of type {} ({}) does not match its checksum",
                                                  static_cast<int>(type), event_type_name(type)));
    }
    ++summary_.checksums;
    return {};
  }

  ByteView file_;
  const std::function<Result<void>(const FileEvent& event)>& receive_;
  std::uint32_t unpacked_max_;
  std::uint64_t offset_ = 0;
  FileSummary summary_;
};

}  // namespace

Result<FileSummary> walk_binlog_file(ByteView file, const std::function<Result<void>(const FileEvent& event)>& receive,
                                     std::uint32_t unpacked_max) {
  return Walker(file, receive, unpacked_max).walk();
}

}  // namespace sluice::binlog
