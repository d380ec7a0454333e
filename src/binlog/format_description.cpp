#include "binlog/format_description.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::binlog {
namespace {

constexpr std::size_t version_size = 50;
constexpr std::uint16_t binlog_version = 4;

/// "5.6.24-log" -> 0x050618; nothing if the text does not begin with two numbers. A third counts if it is there.
std::optional<std::uint32_t> version_number(std::string_view text) {
  std::uint32_t number = 0;
  for (int part = 0; part < 3; ++part) {
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() && part < 2) return std::nullopt;
    number = number << 8U | value;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with('.'))
      text.remove_prefix(1);
    else if (part == 0)
      return std::nullopt;
  }
  return number;
}

Result<Checksum> to_checksum(std::uint8_t algorithm) {
  constexpr std::uint8_t undetermined = 255;
  if (algorithm == static_cast<std::uint8_t>(Checksum::none) || algorithm == undetermined) return Checksum::none;
  if (algorithm == static_cast<std::uint8_t>(Checksum::crc32)) return Checksum::crc32;
  return fail(ErrorKind::unsupported, fmt::format("format description: unknown checksum algorithm {}", algorithm));
}

}  // namespace

std::uint8_t FormatDescription::post_header_length(EventType type) const {
  const auto number = static_cast<std::size_t>(type);
  return number == 0 || number > post_header_lengths.size() ? 0 : post_header_lengths[number - 1];
}

bool FormatDescription::knows_checksums() const {
  const std::uint32_t first = server_version.find("MariaDB") != std::string_view::npos ? 0x050300 : 0x050601;
  return version_number(server_version).value_or(0) >= first;
}

Result<FormatDescription> decode_format_description(ByteView event) {
  const Result<EventHeader> header = decode_event_header(event);
  if (!header) return std::unexpected(header.error());
  if (header->type != EventType::format_description) {
    return fail(ErrorKind::invalid, fmt::format("a format description was expected, not an event of type {} ({})",
                                                static_cast<int>(header->type), event_type_name(header->type)));
  }
  if (header->event_size != event.size()) {
    return fail(ErrorKind::invalid,
                fmt::format("format description announces {} bytes and has {}", header->event_size, event.size()));
  }

  ByteReader reader(event.subspan(EventHeader::size));
  const std::uint16_t version = reader.u16();
  if (reader.ok() && version != binlog_version) {
    return fail(ErrorKind::unsupported,
                fmt::format("binlog version {} is not supported, only version 4 (MySQL 5.0 and later)", version));
  }
  FormatDescription description;
  const std::string_view server_version = reader.text(version_size);
  description.server_version = server_version.substr(0, server_version.find('\0'));
  description.created = reader.u32();
  const std::uint8_t header_size = reader.u8();
  if (reader.ok() && !version_number(description.server_version))
    return fail(ErrorKind::invalid, "format description names no server version");
  const bool checksums = description.knows_checksums();
  const std::size_t tail_size = checksums ? 1 + checksum_size : 0;
  if (!reader.ok() || reader.remaining() < tail_size)
    return fail(ErrorKind::invalid, fmt::format("format description of {} bytes is cut short", event.size()));
  if (header_size != EventHeader::size) {
    return fail(ErrorKind::unsupported,
                fmt::format("format description: event headers of {} bytes, not {}", header_size, EventHeader::size));
  }
  const ByteView lengths = reader.bytes(reader.remaining() - tail_size);
  description.post_header_lengths.assign(lengths.begin(), lengths.end());
  if (checksums) {
    const Result<Checksum> checksum = to_checksum(reader.u8());
    if (!checksum) return std::unexpected(checksum.error());
    description.checksum = *checksum;
  }
  return description;
}

Bytes encode_format_description(const FormatDescription& description) {
  SLUICE_ASSERT(description.server_version.size() <= version_size);
  ByteWriter writer;
  writer.u16(binlog_version).text(description.server_version).zeros(version_size - description.server_version.size());
  writer.u32(description.created).u8(EventHeader::size).bytes(description.post_header_lengths);
  if (description.knows_checksums())
    writer.u8(static_cast<std::uint8_t>(description.checksum));
  else
    SLUICE_ASSERT(description.checksum == Checksum::none);
  return std::move(writer).take();
}

FormatDescription mysql57_format_description(std::string server_version) {
  SLUICE_ASSERT(server_version.starts_with("5.7.") && server_version.size() <= version_size);
  FormatDescription description;
  description.server_version = std::move(server_version);
  description.post_header_lengths = {56, 13, 0, 8, 0, 18, 0, 4, 4, 4, 4,  18, 0,  0,  95, 0, 4,  26, 8,
                                     0,  0,  0, 8, 8, 8,  2, 0, 0, 0, 10, 10, 10, 42, 42, 0, 18, 52, 0};
  description.checksum = Checksum::crc32;
  return description;
}

}  // namespace sluice::binlog
