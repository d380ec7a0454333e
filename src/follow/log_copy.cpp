#include "follow/log_copy.h"

#include <fmt/format.h>

#include "binlog/gtid_event.h"
#include "binlog/gtid_set.h"
#include "binlog/log_file_name.h"
#include "binlog/other_events.h"

namespace sluice::follow {
namespace {

using binlog::EventType;

constexpr std::int64_t microseconds_per_second = 1'000'000;

ByteView body_of(ByteView event) {
  return event.subspan(binlog::EventHeader::size, event.size() - binlog::EventHeader::size - binlog::checksum_size);
}

bool exists_on_the_wire_only(const binlog::EventHeader& header) {
  return header.type == EventType::heartbeat || header.type == EventType::heartbeat_v2 ||
         (header.type == EventType::format_description && header.log_pos == 0);
}

}  // namespace

std::unexpected<Error> LogCopy::refuse(std::string_view what) const {
  return fail(ErrorKind::corrupt, fmt::format("the primary sent what does not belong at {} offset {}: {}",
                                              binlog::log_file_name(next_.file), next_.offset, what));
}

Result<void> LogCopy::take(ByteView event) {
  ended_file_.reset();
  ended_transaction_.reset();
  const auto header = binlog::decode_event_header(event);
  if (!header) return std::unexpected(header.error());
  if (header->event_size != event.size() || event.size() < binlog::EventHeader::size + binlog::checksum_size) {
    return refuse("an event of another size than its header says");
  }
  if (!binlog::checksum_matches(event)) {
    return refuse(fmt::format("a {} event whose checksum does not match", binlog::event_type_name(header->type)));
  }
  if (exists_on_the_wire_only(*header)) return {};
  if (header->type == EventType::rotate) return rotate(*header, event);
  if (auto checked = check_place(*header); !checked) return checked;
  switch (header->type) {
    case EventType::format_description:
      return begin_file(event);
    case EventType::previous_gtids:
      return open_file(event);
    case EventType::gtid:
    case EventType::gtid_tagged:
      return begin_transaction(*header, event);
    default:
      return add(*header, event);
  }
}

/// An event tells the low half of the offset behind it.
Result<void> LogCopy::check_place(const binlog::EventHeader& header) const {
  if (next_.file == 0) return refuse("an event before the name of its file");
  if (header.log_pos == static_cast<std::uint32_t>(next_.offset + header.event_size)) return {};
  return refuse(fmt::format("a {} event of {} bytes that ends at {}", binlog::event_type_name(header.type),
                            header.event_size, header.log_pos));
}

Result<void> LogCopy::rotate(const binlog::EventHeader& header, ByteView event) {
  const auto to = binlog::decode_rotate_event(body_of(event));
  if (!to) return refuse(to.error().message);
  const auto number = binlog::log_file_number(to->file);
  if (!number) return refuse(fmt::format("a ROTATE to {}", to->file));
  if (header.log_pos == 0) return go_to({*number, to->position});
  if (auto checked = check_place(header); !checked) return checked;
  if (in_transaction_ || !file_header_.empty()) return refuse("a file's end within a transaction or a header");
  if (*number != next_.file + 1) return refuse(fmt::format("the name of the next file, {}", to->file));
  if (auto closed = sink_.close_file(event); !closed) return closed;
  next_.offset += event.size();
  ended_file_ = next_;
  return {};
}

/// An artificial ROTATE says where what follows belongs.
Result<void> LogCopy::go_to(const store::LogPosition& position) {
  if (in_transaction_ || !file_header_.empty()) return refuse("another file within a transaction or a header");
  if (position == next_) return {};
  const bool begins = position.offset == sizeof binlog::file_magic;
  const bool is_next = next_.file == 0 || position.file == next_.file + 1;
  if (!begins || !is_next) {
    return refuse(fmt::format("it goes on at {} offset {}", binlog::log_file_name(position.file), position.offset));
  }
  next_ = position;
  return {};
}

Result<void> LogCopy::begin_file(ByteView event) {
  if (next_.offset != sizeof binlog::file_magic) return refuse("a file's first event");
  file_header_.assign(std::begin(binlog::file_magic), std::end(binlog::file_magic));
  file_header_.insert(file_header_.end(), event.begin(), event.end());
  next_.offset += event.size();
  return {};
}

Result<void> LogCopy::open_file(ByteView previous_gtids) {
  if (file_header_.empty()) return refuse("PREVIOUS_GTIDS that follow on no FORMAT_DESCRIPTION");
  const auto previous = binlog::decode_gtid_set(body_of(previous_gtids));
  if (!previous) return refuse(previous.error().message);
  file_header_.insert(file_header_.end(), previous_gtids.begin(), previous_gtids.end());
  const store::LogPosition first{next_.file, file_header_.size()};
  const auto place = places_.find(first);
  if (!place) return std::unexpected(place.error());
  const auto known = place->value_or(SourcePlace());
  const convert::LogSink::Resume resume{known.source_place, known.previous_timestamp};
  if (auto opened = sink_.open_file(first.file, file_header_, *previous, resume); !opened) return opened;
  file_header_.clear();
  next_ = first;
  return {};
}

Result<void> LogCopy::begin_transaction(const binlog::EventHeader& header, ByteView event) {
  if (in_transaction_ || !file_header_.empty()) return refuse("a transaction within another or within a file's header");
  const auto gtid = binlog::decode_gtid_event(header.type, body_of(event));
  if (!gtid) return refuse(gtid.error().message);
  const auto place = places_.find(next_);
  if (!place) return std::unexpected(place.error());
  std::optional<convert::LogSink::Resume> resume;
  if (*place) resume = {(*place)->source_place, (*place)->previous_timestamp};
  if (auto begun = sink_.begin(resume); !begun) return begun;
  in_transaction_ = true;
  transaction_begin_ = next_;
  gtid_ = gtid->gtid;
  boundary_.reset();
  const std::int64_t second = std::int64_t{header.timestamp} * microseconds_per_second;
  const auto committed = gtid->immediate_commit_timestamp;
  transaction_ = {.events = 0, .commit_time = committed ? static_cast<std::int64_t>(*committed) : second};
  return add(header, event);
}

Result<void> LogCopy::add(const binlog::EventHeader& header, ByteView event) {
  if (!in_transaction_) return refuse(fmt::format("a {} event outside a transaction", event_type_name(header.type)));
  if (auto appended = sink_.append(event); !appended) return appended;
  next_.offset += event.size();
  ++transaction_.events;
  if (header.type == EventType::gtid || header.type == EventType::gtid_tagged) return {};
  const auto ends = boundary_.ends_with(header.type, body_of(event));
  if (!ends) return refuse(ends.error().message);
  if (!*ends) return {};
  in_transaction_ = false;
  ended_transaction_ = transaction_;
  return sink_.commit(gtid_, {});
}

Result<void> LogCopy::idle() {
  if (in_transaction_ || next_.file == 0 || !file_header_.empty()) return {};
  return sink_.publish();
}

void LogCopy::break_off() {
  if (in_transaction_) {
    sink_.abort();
    next_ = transaction_begin_;
    in_transaction_ = false;
  }
  file_header_.clear();
}

}  // namespace sluice::follow
