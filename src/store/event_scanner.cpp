#include "store/event_scanner.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crc32.h"
#include "base/file.h"

namespace sluice::store {
namespace {

constexpr std::size_t buffer_capacity = 1U << 20U;

}  // namespace

EventScanner::EventScanner(const FileDescriptor& file, std::filesystem::path path, std::uint64_t offset,
                           std::uint64_t end, bool verify)
    : file_(file), path_(std::move(path)), offset_(offset), end_(end), verify_(verify), buffer_(buffer_capacity) {}

Result<std::optional<EventScanner::Event>> EventScanner::next() {
  if (offset_ == end_) return std::nullopt;
  if (end_ - offset_ < binlog::EventHeader::size) return incomplete();
  if (auto filled = fill(binlog::EventHeader::size); !filled) return std::unexpected(std::move(filled.error()));
  const auto at = static_cast<std::size_t>(offset_ - buffer_offset_);
  const auto header = binlog::decode_event_header(ByteView(buffer_).subspan(at, binlog::EventHeader::size));
  const std::size_t overhead = binlog::EventHeader::size + binlog::checksum_size;
  if (!header || header->event_size < overhead) return damaged("its length makes no sense");
  if (header->event_size > end_ - offset_) return incomplete();
  if (header->log_pos != static_cast<std::uint32_t>(offset_ + header->event_size)) {
    return damaged("its header does not say where it ends");
  }
  const bool large = header->event_size > prefix_size;
  const std::size_t held = large ? prefix_size : header->event_size;
  if (verify_ && large) {
    const auto matches = large_event_matches(header->event_size);
    if (!matches) return std::unexpected(matches.error());
    if (!*matches) return damaged("its checksum does not match");
  }
  if (auto filled = fill(held); !filled) return std::unexpected(std::move(filled.error()));
  const ByteView event = ByteView(buffer_).subspan(static_cast<std::size_t>(offset_ - buffer_offset_), held);
  if (verify_ && !large && !binlog::checksum_matches(event)) return damaged("its checksum does not match");
  const std::size_t body_end = large ? held : held - binlog::checksum_size;
  Event found{offset_, *header, event.first(body_end).subspan(binlog::EventHeader::size)};
  offset_ += header->event_size;
  return found;
}

/// Makes sure that the buffer holds `size` bytes from offset_ on.
Result<void> EventScanner::fill(std::size_t size) {
  if (offset_ >= buffer_offset_ && offset_ + size <= buffer_offset_ + buffer_size_) return {};
  buffer_offset_ = offset_;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - offset_));
  const auto got = read_at(file_, offset_, std::span(buffer_).first(wanted), path_);
  if (!got) return std::unexpected(got.error());
  buffer_size_ = *got;
  if (*got < size) return damaged("the file is shorter than it was");
  return {};
}

Result<bool> EventScanner::large_event_matches(std::uint32_t size) {
  Bytes piece(buffer_capacity);
  std::uint32_t checksum = 0;
  std::uint64_t at = offset_;
  const std::uint64_t body_end = offset_ + size - binlog::checksum_size;
  while (at < body_end) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), body_end - at));
    const auto got = read_at(file_, at, std::span(piece).first(wanted), path_);
    if (!got) return std::unexpected(got.error());
    if (*got < wanted) return damaged("the file is shorter than it was");
    checksum = crc32(checksum, ByteView(piece).first(wanted));
    at += wanted;
  }
  std::uint8_t stored[binlog::checksum_size] = {};
  const auto got = read_at(file_, body_end, stored, path_);
  if (!got) return std::unexpected(got.error());
  return load_little_endian(stored, sizeof stored) == checksum;
}

bool EventScanner::events_follow() const {
  constexpr std::uint64_t look_max = 16U << 20U;
  Bytes bytes(static_cast<std::size_t>(std::min(look_max, end_ - offset_)));
  const auto got = read_at(file_, offset_, bytes, path_);
  if (!got) return false;
  const std::size_t overhead = binlog::EventHeader::size + binlog::checksum_size;
  for (std::size_t at = 1; at + overhead <= *got; ++at) {
    const std::uint8_t* header = bytes.data() + at;
    const std::uint64_t size = load_little_endian(header + binlog::EventHeader::event_size_offset, 4);
    const std::uint64_t log_pos = load_little_endian(header + binlog::EventHeader::log_pos_offset, 4);
    const bool fits =
        size >= overhead && at + size <= *got && log_pos == static_cast<std::uint32_t>(offset_ + at + size);
    if (fits && binlog::checksum_matches({header, static_cast<std::size_t>(size)})) return true;
  }
  return false;
}

std::unexpected<Error> EventScanner::damaged(std::string_view what) const {
  return fail(ErrorKind::corrupt,
              fmt::format("{}: the event at offset {} is damaged: {}", path_.string(), offset_, what));
}

std::unexpected<Error> EventScanner::incomplete() const {
  return fail(ErrorKind::not_found, fmt::format("{}: the event at offset {} is not complete", path_.string(), offset_));
}

}  // namespace sluice::store
