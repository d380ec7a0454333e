#include "store/log_writer.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/log.h"
#include "binlog/gtid_event.h"
#include "binlog/log_file_name.h"
#include "convert/converter.h"
#include "store/block_builder.h"
#include "store/event_scanner.h"
#include "store/log_directory.h"
#include "store/log_reader.h"

namespace sluice::store {
namespace {

/// Committed bytes are published at the latest when they reach this size.
constexpr std::size_t publish_size = 1U << 20U;
/// Bytes of a long transaction go to the file, unpublished, when they reach this size. They are in no block of the tail
/// then, so whatever comes whole has to stay below: subscribers would read from the file what was in memory just now.
constexpr std::size_t write_size = convert::Converter::held_size_max + (1U << 20U);
/// More room than this is not kept for what comes: a single event may have had a gigabyte.
constexpr std::size_t pending_capacity_kept = std::size_t{64} << 20U;

}  // namespace

Result<convert::LogState> LogWriter::take_up(TakeUp how) {
  SLUICE_ASSERT(!empty());
  verify_end_.reset();
  verify_hold_.reset();
  if (auto dropped = drop_unpublished(); !dropped) return std::unexpected(std::move(dropped.error()));
  if (auto repaired = note_failure(repair()); !repaired) return std::unexpected(std::move(repaired.error()));
  mark_next_ = how == TakeUp::end;
  if (how == TakeUp::end) return state_at_end();

  for (std::uint64_t number = published_.file;; --number) {
    auto hold = log_->hold(number);
    if (!hold) break;
    const auto marks = log_->marks_of(number);
    if (!marks) return std::unexpected(marks.error());
    const bool has_transactions = std::ranges::any_of(*marks, [&](const Mark& mark) {
      return mark.can_resume() && LogPosition{number, mark.offset} < published_;
    });
    if (!has_transactions) continue;
    verify_hold_ = std::move(*hold);
    return state_at_mark(number, *marks);
  }
  return state_at_end();
}

Result<convert::LogState> LogWriter::state_at_mark(std::uint64_t number, const std::vector<Mark>& marks) {
  const auto path = log_->path_of(number);
  auto file = sluice::open_file(path, O_RDONLY);
  if (!file) return std::unexpected(std::move(file.error()));
  const auto header = read_log_file_header(*file, path);
  if (!header) return std::unexpected(header.error());

  binlog::GtidSet executed = header->previous;
  binlog::GtidSet executed_at_mark;
  const Mark* resume = nullptr;
  for (const Mark& mark : marks) {
    executed.add(mark.added);
    if (!mark.can_resume() || LogPosition{number, mark.offset} >= published_) continue;
    resume = &mark;
    executed_at_mark = executed;
  }
  SLUICE_ASSERT(resume != nullptr);
  auto state = state_at(number, *header, resume->offset);
  if (!state) return state;
  state->last_timestamp = resume->previous_timestamp;
  state->executed = std::move(executed_at_mark);
  state->source_place = resume->source_place;
  if (state->last_sequence > 0) --state->last_sequence;

  cursor_ = {number, resume->offset};
  verify_end_ = published_;
  verify_file_ = std::move(*file);
  return state;
}

Result<convert::LogState> LogWriter::state_at_end() {
  const auto path = log_->path_of(published_.file);
  const auto file = sluice::open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  const auto header = read_log_file_header(*file, path);
  if (!header) return std::unexpected(header.error());
  const auto last = last_transaction(published_.file);
  if (!last) return std::unexpected(last.error());
  auto state = state_at(published_.file, *header, *last);
  if (!state) return state;
  state->offset = published_.offset;
  state->executed = log_->executed();
  state->source_place = end_place_.empty() ? place_of_first_transaction() : end_place_;
  if (closed_) {
    state->file = published_.file + 1;
    state->offset = 0;
    state->format.reset();
  }
  return state;
}

/// Where the source has the first transaction of the newest file, if that has none yet and its predecessor may be gone.
std::string LogWriter::place_of_first_transaction() const {
  const auto marks = log_->marks_of(published_.file);
  const bool none_yet =
      marks && !marks->empty() && marks->back().can_resume() && marks->back().offset == published_.offset;
  return none_yet ? marks->back().source_place : std::string();
}

/// Where the last transaction of a file begins; nothing if it has none.
Result<std::optional<std::uint64_t>> LogWriter::last_transaction(std::uint64_t number) const {
  const auto marks = log_->marks_of(number);
  if (!marks) return std::unexpected(marks.error());
  const auto size = log_->file(number)->size;
  std::uint64_t start = size;
  for (const Mark& mark : *marks) {
    if (mark.kind == Mark::Kind::transaction && mark.offset < size) start = mark.offset;
  }
  const auto path = log_->path_of(number);
  const auto file = sluice::open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  EventScanner scanner(*file, path, start, size, false);
  std::optional<std::uint64_t> last;
  while (true) {
    const auto event = scanner.next();
    if (!event) return std::unexpected(event.error());
    if (!*event) return last;
    const auto type = (*event)->header.type;
    if (type == binlog::EventType::gtid || type == binlog::EventType::gtid_tagged) last = (*event)->offset;
  }
}

/// The state of a file as far as its header and the transaction that begins at `transaction` tell it: clock and time.
Result<convert::LogState> LogWriter::state_at(std::uint64_t number, const LogFileHeader& header,
                                              std::optional<std::uint64_t> transaction) const {
  convert::LogState state;
  state.file = number;
  state.offset = transaction.value_or(header.size);
  state.format = header.format;
  state.last_timestamp = header.timestamp;
  if (!transaction) return state;
  LogReader reader(log_);
  const auto event = reader.read_event({number, *transaction}, Block::event_size_max);
  if (!event) return std::unexpected(event.error());
  const auto event_header = binlog::decode_event_header(*event);
  const ByteView body = ByteView(*event)
                            .subspan(binlog::EventHeader::size)
                            .first(event->size() - binlog::EventHeader::size - binlog::checksum_size);
  const auto gtid = binlog::decode_gtid_event(event_header->type, body);
  if (!gtid) return fail_in(log_->path_of(number).string(), gtid.error());
  state.last_timestamp = event_header->timestamp;
  if (gtid->clock) state.last_sequence = gtid->clock->sequence_number;
  return state;
}

Result<void> LogWriter::drop_unpublished() {
  pending_.clear();
  committed_gtids_ = {};
  new_marks_.clear();
  gtids_since_mark_ = {};
  // GTIDs between the last mark and the end are known to the log only as part of all; the next mark needs them apart.
  const auto marks = log_->marks_of(published_.file);
  if (!marks) return std::unexpected(marks.error());
  binlog::GtidSet at_last_mark;
  {
    const std::lock_guard lock(log_->mutex_);
    at_last_mark = log_->files_[published_.file].previous;
  }
  last_mark_ = 0;
  for (const Mark& mark : *marks) {
    at_last_mark.add(mark.added);
    if (mark.kind != Mark::Kind::end) last_mark_ = mark.offset;
  }
  gtids_since_mark_ = log_->executed();
  gtids_since_mark_.remove(at_last_mark);
  cursor_ = committed_ = published_;
  pending_offset_ = published_.offset;
  if (::ftruncate(file_->file.get(), static_cast<off_t>(published_.offset)) != 0) {
    return fail(ErrorKind::io, fmt::format("{} cannot be cut to {} bytes", file_->path.string(), published_.offset));
  }
  return {};
}

Result<void> LogWriter::compare(ByteView bytes) {
  const auto path = log_->path_of(cursor_.file);
  Bytes stored(std::min<std::size_t>(bytes.size(), publish_size));
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), stored.size());
    const auto got = read_at(verify_file_, cursor_.offset, std::span(stored).first(size), path);
    if (!got) return std::unexpected(got.error());
    const ByteView theirs = bytes.first(size);
    const ByteView ours = ByteView(stored).first(*got);
    const auto [differs, unused] = std::ranges::mismatch(ours, theirs);
    if (*got < size || differs != ours.end()) {
      const std::uint64_t offset = cursor_.offset + static_cast<std::uint64_t>(differs - ours.begin());
      return fail(
          ErrorKind::refused,
          fmt::format("the source no longer gives what was stored from it: {} differs at offset {}. Nothing was "
                      "appended. Either the stored file was changed or damaged, or the source was replaced or reset; "
                      "start a new log (move the data directory away) if the source is right",
                      path.string(), offset));
    }
    bytes = bytes.subspan(size);
    cursor_.offset += size;
  }
  return {};
}

void LogWriter::end_verifying_at_end() {
  if (cursor_ != verify_end_) return;
  verify_end_.reset();
  verify_file_ = FileDescriptor();
  verify_hold_.reset();
}

Result<void> LogWriter::open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                  const Resume& resume) {
  if (verifying()) return compare_file(number, header);
  auto begun = note_failure(begin_file(number, header, previous, resume));
  if (!begun) {
    // Nobody has seen it; a part of a file would only confuse who looks at the directory.
    (void)remove_log_file(log_->directory(), number);
    return begun;
  }
  write_index();
  write_catalogue();
  return {};
}

Result<void> LogWriter::compare_file(std::uint64_t number, ByteView header) {
  cursor_ = {number, 0};
  auto file = sluice::open_file(log_->path_of(number), O_RDONLY);
  if (!file) return std::unexpected(std::move(file.error()));
  verify_file_ = std::move(*file);
  verify_hold_->move_to(number);
  if (auto compared = compare(header); !compared) return compared;
  end_verifying_at_end();
  return {};
}

/// Makes a file with its header and its first mark, all on the disk, and only then shows it.
Result<void> LogWriter::begin_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                   const Resume& resume) {
  const auto path = log_->path_of(number);
  auto file = sluice::open_file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) return std::unexpected(std::move(file.error()));
  if (auto written = write_at(*file, 0, header, path); !written) return written;
  if (auto synced = sync_(*file, path); !synced) return synced;
  if (auto synced = sync_directory(log_->directory()); !synced) return synced;
  const Mark first{.kind = Mark::Kind::transaction,
                   .offset = header.size(),
                   .previous_timestamp = resume.previous_timestamp,
                   .source_place = std::string(resume.source_place),
                   .added = {}};
  auto marks = MarkFile::replace(mark_file_path(path), {first});
  if (!marks) return std::unexpected(std::move(marks.error()));

  cursor_ = committed_ = published_ = {number, header.size()};
  pending_offset_ = last_mark_ = cursor_.offset;
  gtids_since_mark_ = {};
  file_ = std::make_shared<OpenLogFile>(path, std::move(*file), std::move(*marks));
  closed_ = false;
  syncer_.start(published_.offset);
  const auto description = binlog::decode_event_header(header.subspan(sizeof binlog::file_magic));
  log_->add_file(number, {.size = header.size(),
                          .timestamp = description ? description->timestamp : 0,
                          .previous = previous,
                          .marks = std::make_shared<std::vector<Mark>>(1, first)});
  const auto blocks = make_blocks({number, sizeof binlog::file_magic}, header.subspan(sizeof binlog::file_magic));
  log_->publish({.end = published_, .added = {}, .marks = {}, .blocks = blocks});
  return {};
}

Result<void> LogWriter::close_file(ByteView rotate_event) {
  if (verifying()) {
    if (auto compared = compare(rotate_event); !compared) return compared;
    end_verifying_at_end();
    return {};
  }
  pending_.insert(pending_.end(), rotate_event.begin(), rotate_event.end());
  cursor_.offset += rotate_event.size();
  committed_ = cursor_;
  if (auto published = publish(); !published) return published;
  closed_ = true;
  return note_failure(syncer_.drain());
}

Result<void> LogWriter::begin(const std::optional<Resume>& resume) {
  transaction_begin_ = cursor_.offset;
  marks_before_transaction_ = new_marks_.size();
  if (verifying()) return {};
  if (resume && (mark_next_ || cursor_.offset - last_mark_ >= mark_distance)) {
    add_mark(Mark::Kind::transaction, *resume);
    mark_next_ = false;
  }
  return {};
}

void LogWriter::add_mark(Mark::Kind kind, const Resume& resume) {
  new_marks_.push_back({.kind = kind,
                        .offset = cursor_.offset,
                        .previous_timestamp = resume.previous_timestamp,
                        .source_place = std::string(resume.source_place),
                        .added = std::exchange(gtids_since_mark_, {})});
  last_mark_ = cursor_.offset;
}

Result<void> LogWriter::append(ByteView events) {
  if (verifying()) {
    if (cursor_.file == verify_end_->file && cursor_.offset + events.size() > verify_end_->offset) {
      return fail(
          ErrorKind::refused,
          fmt::format("the source no longer gives what was stored from it: a transaction at offset {} of {} has become "
                      "longer than the log. Nothing was appended",
                      transaction_begin_, log_->path_of(cursor_.file).string()));
    }
    return compare(events);
  }
  const bool long_transaction = cursor_.offset > transaction_begin_;
  if (long_transaction && cursor_.offset - last_mark_ >= 4 * mark_distance) add_mark(Mark::Kind::event, {});
  pending_.insert(pending_.end(), events.begin(), events.end());
  cursor_.offset += events.size();
  if (pending_.size() >= write_size && committed_.offset < cursor_.offset) {
    if (auto published = publish(); !published) return published;
    return note_failure(write_pending());
  }
  return {};
}

/// Writes all pending bytes, those of an open transaction included, without publishing them.
Result<void> LogWriter::write_pending() {
  if (auto written = write_at_end(pending_); !written) return written;
  forget_pending(pending_.size());
  return {};
}

/// The first `size` pending bytes are in the file.
void LogWriter::forget_pending(std::size_t size) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(size));
  pending_offset_ += size;
  if (pending_.empty() && pending_.capacity() > pending_capacity_kept) pending_ = Bytes();
}

/// Writes where the file ends, wholly or not at all.
Result<void> LogWriter::write_at_end(ByteView bytes) {
  auto written = write_at(file_->file, pending_offset_, bytes, file_->path);
  if (!written && ::ftruncate(file_->file.get(), static_cast<off_t>(pending_offset_)) != 0) {
    log::warning("{} could not be cut to {} bytes; it will be when writing goes on", file_->path.string(),
                 pending_offset_);
  }
  return written;
}

Result<void> LogWriter::append_provisional(ByteView event) {
  provisional_ = cursor_;
  if (!verifying()) return append(event);
  cursor_.offset += event.size();
  return {};
}

Result<void> LogWriter::replace_provisional(ByteView event) {
  if (verifying()) {
    const LogPosition end = std::exchange(cursor_, provisional_);
    if (auto compared = compare(event); !compared) return compared;
    cursor_ = end;
    return {};
  }
  if (provisional_.offset >= pending_offset_) {
    std::ranges::copy(event, pending_.begin() + static_cast<std::ptrdiff_t>(provisional_.offset - pending_offset_));
    return {};
  }
  return note_failure(write_at(file_->file, provisional_.offset, event, file_->path));
}

Result<void> LogWriter::commit(const binlog::Gtid& gtid, std::string_view next_place) {
  if (verifying()) {
    end_verifying_at_end();
    if (!verifying()) end_place_ = committed_place_ = next_place;
    return {};
  }
  committed_ = cursor_;
  committed_gtids_.add(gtid);
  gtids_since_mark_.add(gtid);
  committed_place_ = next_place;
  if (pending_.size() >= publish_size) return publish();
  return {};
}

void LogWriter::abort() {
  if (verifying()) {
    cursor_.offset = transaction_begin_;
    return;
  }
  // Marks inside the dropped transaction take no GTIDs with them but those before it.
  while (new_marks_.size() > marks_before_transaction_) {
    gtids_since_mark_.add(new_marks_.back().added);
    new_marks_.pop_back();
  }
  last_mark_ = 0;
  const std::uint64_t begin = transaction_begin_;
  if (begin >= pending_offset_) {
    pending_.resize(static_cast<std::size_t>(begin - pending_offset_));
  } else {
    pending_.clear();
    pending_offset_ = begin;
    if (::ftruncate(file_->file.get(), static_cast<off_t>(begin)) != 0) {
      log::warning("{} could not be cut to {} bytes; it will be when writing goes on", file_->path.string(), begin);
    }
  }
  cursor_.offset = begin;
}

Result<void> LogWriter::moved(std::string_view place) {
  if (verifying() || empty()) return {};
  if (auto published = publish(); !published) return published;
  end_place_ = committed_place_ = place;
  write_place();
  return {};
}

Result<void> LogWriter::publish() {
  if (verifying()) return {};
  // What is published must be able to reach the disk.
  if (auto error = syncer_.error()) return note_failure(std::unexpected(std::move(*error)));
  if (committed_ == published_) return {};
  return note_failure(write_committed());
}

Result<void> LogWriter::write_committed() {
  const auto committed_size =
      static_cast<std::size_t>(committed_.offset - std::min(committed_.offset, pending_offset_));
  const ByteView bytes = ByteView(pending_).first(committed_size);
  if (auto written = write_at_end(bytes); !written) return written;
  Log::Publication publication{.end = committed_,
                               .added = std::exchange(committed_gtids_, {}),
                               .marks = {},
                               .blocks = make_blocks({committed_.file, pending_offset_}, bytes)};
  const bool open_transaction = cursor_ != committed_;
  const auto ready = open_transaction ? static_cast<std::ptrdiff_t>(marks_before_transaction_)
                                      : static_cast<std::ptrdiff_t>(new_marks_.size());
  publication.marks.assign(std::make_move_iterator(new_marks_.begin()),
                           std::make_move_iterator(new_marks_.begin() + ready));
  new_marks_.erase(new_marks_.begin(), new_marks_.begin() + ready);
  if (open_transaction) marks_before_transaction_ = 0;
  forget_pending(committed_size);
  published_ = committed_;
  end_place_ = committed_place_;
  syncer_.written(file_, published_.offset, publication.marks);
  log_->publish(std::move(publication));
  return {};
}

std::optional<bool> LogWriter::file_ends_here() {
  if (!verifying()) return std::nullopt;
  std::uint8_t type = 0;
  const LogPosition type_at{cursor_.file, cursor_.offset + binlog::EventHeader::type_offset};
  const auto got = read_at(verify_file_, type_at.offset, {&type, 1}, log_->path_of(cursor_.file));
  return got && *got == 1 && static_cast<binlog::EventType>(type) == binlog::EventType::rotate;
}

Result<void> LogWriter::close() {
  if (empty()) return {};
  if (cursor_ != committed_) abort();
  if (auto published = publish(); !published) return published;
  if (auto synced = syncer_.drain(); !synced) return synced;
  if (closed_) return {};
  const Mark end{.kind = Mark::Kind::end,
                 .offset = published_.offset,
                 .previous_timestamp = 0,
                 .source_place = end_place_,
                 .added = gtids_since_mark_};
  gtids_since_mark_ = {};
  return file_->marks->append({end});
}

}  // namespace sluice::store
