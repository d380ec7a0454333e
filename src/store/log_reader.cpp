#include "store/log_reader.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"
#include "binlog/event_header.h"
#include "binlog/log_file_name.h"
#include "store/block_builder.h"
#include "store/event_scanner.h"

namespace sluice::store {
namespace {

using binlog::EventHeader;

std::unexpected<Error> damaged(const LogPosition& position, std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("{}: the event at offset {} is damaged: {}",
                                              binlog::log_file_name(position.file), position.offset, what));
}

/// Checks what can be told from an event's header alone.
Result<EventHeader> sensible_header(ByteView bytes, const LogPosition& position, std::uint64_t end) {
  const auto header = binlog::decode_event_header(bytes);
  if (!header || header->event_size < EventHeader::size + binlog::checksum_size) {
    return damaged(position, "its length makes no sense");
  }
  if (header->event_size > end - position.offset) return damaged(position, "it ends behind the end of the file");
  if (header->log_pos != static_cast<std::uint32_t>(position.offset + header->event_size)) {
    return damaged(position, "its header does not say where it ends");
  }
  return header;
}

}  // namespace

Result<Piece> LogReader::read(const LogPosition& position) {
  if (!recent_) recent_ = log_->recent_blocks();
  if (auto block = ready_block(position)) return Piece(std::move(block));
  const LogPosition end = log_->end();
  if (position == end) {
    buffer_ = Bytes();
    recent_.reset();
    return Piece(AtEnd{});
  }
  const auto file = log_->file(position.file);
  if (!file || position > end) {
    return fail(ErrorKind::not_found, fmt::format("{} is no longer kept", binlog::log_file_name(position.file)));
  }
  if (position.offset == file->size && position.file < end.file) return Piece(NextFile{position.file + 1});
  if (position.offset >= file->size) return damaged(position, "the file is shorter than it was");
  if (auto opened = open(position.file); !opened) return std::unexpected(std::move(opened.error()));
  return read_block(position, file->size);
}

std::shared_ptr<const Block> LogReader::ready_block(const LogPosition& position) const {
  if (auto block = log_->tail_block(position)) return block;
  return recent_ ? recent_->find(position) : nullptr;
}

Result<Piece> LogReader::read_block(const LogPosition& position, std::uint64_t end) {
  constexpr std::size_t read_size = Block::framed_size_target;
  buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(read_size, end - position.offset)));
  if (auto got = read_bytes(position, buffer_); !got) return std::unexpected(std::move(got.error()));

  BlockBuilder builder(position);
  builder.reserve(buffer_.size());
  std::size_t at = 0;
  while (!builder.full() && buffer_.size() - at >= EventHeader::size) {
    const ByteView rest = ByteView(buffer_).subspan(at);
    const auto header = sensible_header(rest, builder.next(), end);
    if (!header) {
      if (builder.empty()) return std::unexpected(header.error());
      break;
    }
    if (header->event_size > rest.size()) {
      if (!builder.empty()) break;
      if (header->event_size > Block::event_size_max) return read_large_event(position, end);
      buffer_.resize(header->event_size);
      if (auto got = read_bytes(position, buffer_); !got) return std::unexpected(std::move(got.error()));
      continue;
    }
    const ByteView event = rest.first(header->event_size);
    if (!binlog::checksum_matches(event)) {
      if (builder.empty()) return damaged(position, "its checksum does not match");
      break;  // what stands before it is good; the next read begins with it
    }
    builder.add(event, header->type);
    at += event.size();
  }
  if (builder.empty()) return damaged(position, "it is cut within its header");
  auto block = builder.take();
  recent_->add(block);
  return Piece(std::move(block));
}

Result<Piece> LogReader::read_large_event(const LogPosition& position, std::uint64_t end) {
  EventScanner scanner(descriptor_, log_->path_of(position.file), position.offset, end, true);
  const auto event = scanner.next();
  if (!event) return std::unexpected(event.error());
  return Piece(LargeEvent{position, (*event)->header.event_size, (*event)->header.type});
}

Result<Bytes> LogReader::read_event(const LogPosition& position, std::uint32_t size_max) {
  const auto file = log_->file(position.file);
  if (!file || position.offset + EventHeader::size > file->size) {
    return fail(ErrorKind::not_found,
                fmt::format("{} has no event at offset {}", binlog::log_file_name(position.file), position.offset));
  }
  Bytes event(EventHeader::size);
  if (auto got = read_bytes(position, event); !got) return std::unexpected(std::move(got.error()));
  const auto header = sensible_header(event, position, file->size);
  if (!header) return std::unexpected(header.error());
  if (header->event_size > size_max) {
    return fail(ErrorKind::limit,
                fmt::format("{}: the event at offset {} has {} bytes; at most {} were expected",
                            binlog::log_file_name(position.file), position.offset, header->event_size, size_max));
  }
  event.resize(header->event_size);
  if (auto got = read_bytes(position, event); !got) return std::unexpected(std::move(got.error()));
  if (!binlog::checksum_matches(event)) return damaged(position, "its checksum does not match");
  return event;
}

Result<void> LogReader::read_bytes(const LogPosition& position, std::span<std::uint8_t> out) {
  if (auto opened = open(position.file); !opened) return opened;
  const auto got = read_at(descriptor_, position.offset, out, log_->path_of(position.file));
  if (!got) return std::unexpected(got.error());
  if (*got < out.size()) return damaged(position, "the file is shorter than it was");
  return {};
}

Result<void> LogReader::open(std::uint64_t file) {
  if (open_file_ == file && descriptor_) return {};
  auto descriptor = sluice::open_file(log_->path_of(file), O_RDONLY);
  if (!descriptor) return std::unexpected(std::move(descriptor.error()));
  descriptor_ = std::move(*descriptor);
  open_file_ = file;
  return {};
}

}  // namespace sluice::store
