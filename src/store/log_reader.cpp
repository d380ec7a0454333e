#include "store/log_reader.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"
#include "binlog/event_header.h"
#include "binlog/log_file_name.h"
#include "store/block_builder.h"
#include "store/event_scanner.h"
#include "store/page_cache.h"

namespace sluice::store {
namespace {

using binlog::EventHeader;

std::unexpected<Error> damaged(const LogPosition& position, std::string_view what) {
  return fail(ErrorKind::corrupt, fmt::format("{}: the event at offset {} is damaged: {}",
                                              binlog::log_file_name(position.file), position.offset, what));
}

/// Whether an event's header makes sense where it stands; sensible_header() says what does not.
bool makes_sense(const std::uint8_t* header, const LogPosition& position, std::uint64_t end) {
  const std::uint64_t size = load_little_endian(header + EventHeader::event_size_offset, 4);
  const std::uint64_t log_pos = load_little_endian(header + EventHeader::log_pos_offset, 4);
  return size >= EventHeader::size + binlog::checksum_size && size <= end - position.offset &&
         log_pos == ((position.offset + size) & 0xFFFFFFFFU);
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

constexpr std::size_t read_size = 1U << 20U;

/// One a thread, as only one read of a thread is under way.
Bytes& read_buffer() {
  thread_local Bytes buffer;
  return buffer;
}

}  // namespace

Result<Piece> LogReader::read(const LogPosition& position) {
  if (auto block = ready_block(position)) return Piece(std::move(block));
  const LogPosition end = log_->end();
  if (position == end) return Piece(AtEnd{});
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
  return recent_->find(position);
}

/// Reads a large piece at once, and leaves the blocks behind the first one where the next reads find them. What was not
/// in the system's cache before is not left there: who reads old files must not push out the tail, which all others
/// read.
Result<Piece> LogReader::read_block(const LogPosition& position, std::uint64_t end) {
  Bytes& buffer = read_buffer();
  buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(read_size, end - position.offset)));
  const auto cold = fetch_piece(position, buffer.size());
  if (!cold) return std::unexpected(cold.error());
  if (auto got = read_bytes(position, buffer); !got) return std::unexpected(std::move(got.error()));

  std::shared_ptr<const Block> first;
  BlockBuilder builder(position);
  const auto end_block = [&] {
    auto block = builder.take();
    if (!first) first = block;
    recent_->add(std::move(block));
  };
  std::size_t at = 0;
  while (buffer.size() - at >= EventHeader::size) {
    const bool nothing_yet = !first && builder.empty();
    const ByteView rest = ByteView(buffer).subspan(at);
    if (!makes_sense(rest.data(), builder.next(), end)) {
      if (nothing_yet) return std::unexpected(sensible_header(rest, position, end).error());
      break;
    }
    const auto size = static_cast<std::uint32_t>(load_little_endian(&rest[EventHeader::event_size_offset], 4));
    if (size > Block::event_size_max) {
      if (nothing_yet) return read_large_event(position, end);
      break;
    }
    if (size > rest.size()) {
      if (!nothing_yet) break;
      buffer.resize(size);
      if (auto got = read_bytes(position, buffer); !got) return std::unexpected(std::move(got.error()));
      continue;
    }
    const ByteView event = rest.first(size);
    if (!binlog::checksum_matches(event)) {
      if (nothing_yet) return damaged(position, "its checksum does not match");
      break;  // what stands before it is good; the next read begins with it
    }
    if (builder.empty()) builder.reserve(rest.size());
    builder.add(event, static_cast<binlog::EventType>(event[EventHeader::type_offset]));
    at += size;
    if (builder.full()) end_block();
  }
  // A piece of a block would only make the next one smaller, but for the end of what there is.
  const bool at_end = position.offset + at == end;
  if (!builder.empty() && (!first || at_end)) end_block();
  if (!first) return damaged(position, "it is cut within its header");
  const LogPosition log_end = log_->end();
  const bool old = position.file < log_end.file || log_end.offset - position.offset > tail_size_max;
  if (*cold && old) drop_from_cache(descriptor_, position.offset, position.offset + at);
  return Piece(std::move(first));
}

/// Has a piece that is read now, and the next one, fetched from the disk. True: it was not in the system's cache, or is
/// there only because of us.
Result<bool> LogReader::fetch_piece(const LogPosition& position, std::uint64_t size) {
  if (auto opened = open(position.file); !opened) return std::unexpected(std::move(opened.error()));
  const std::uint64_t piece_end = position.offset + size;
  const bool cold = fetch(position.offset, piece_end);
  const std::uint64_t file_end = log_->file(position.file).value_or(LogFileInfo{}).size;
  if (file_end > piece_end) (void)fetch(piece_end, std::min(piece_end + read_size, file_end));
  return cold;
}

/// Asks for a part of the open file to be fetched. False: most of it was in the system's cache, and not because of us.
bool LogReader::fetch(std::uint64_t begin, std::uint64_t end) {
  if (end <= fetched_end_) return true;
  if (cached_part(descriptor_, begin, end) > 0.5) return false;
  fetch_to_cache(descriptor_, begin, end);
  fetched_end_ = end;
  return true;
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
  fetched_end_ = 0;
  // The system's own reading ahead would hide what was in its cache before; see fetch().
  (void)::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_RANDOM);
  return {};
}

}  // namespace sluice::store
