#include "follow/follower.h"

#include <fmt/format.h>

#include "binlog/log_file_name.h"
#include "store/file_checksum.h"

namespace sluice::follow {
namespace {

using Kind = FollowFailure::Kind;

constexpr int no_such_log_error = 1220;  // ER_ERROR_WHEN_EXECUTING_COMMAND

std::unexpected<FollowFailure> broken(Error error) {
  return std::unexpected(FollowFailure{Kind::broken, std::move(error)});
}

std::string text_of(const store::LogPosition& position) {
  return fmt::format("{} offset {}", binlog::log_file_name(position.file), position.offset);
}

}  // namespace

FollowFailure Follower::follow() {
  if (auto connected = primary_.connect(); !connected) return {Kind::broken, std::move(connected.error())};
  const auto end = take_up();
  if (!end) return end.error();
  if (auto begun = primary_.begin_dump(*end); !begun) return {Kind::broken, std::move(begun.error())};
  observer_.connected();
  LogCopy copying(*end, target_.sink, primary_);
  const auto ended = copy(copying);
  copying.break_off();
  (void)target_.sink.publish();  // a failure of the disk stays with the writer
  return ended.error();
}

/// Where the log goes on, once it is known that the primary's begins with it.
std::expected<store::LogPosition, FollowFailure> Follower::take_up() {
  if (target_.writer.empty()) return store::LogPosition{};
  const auto state = target_.writer.take_up(store::LogWriter::TakeUp::end);
  if (!state) return broken(state.error());
  const store::LogPosition end = target_.log.end();
  const auto begin = primary_.begin();
  if (!begin) return broken(begin.error());
  // The file has ended here, and is gone there: nothing of the log is missing.
  const bool ended = state->file > end.file;
  if (ended && begin->file == end.file + 1) return *begin;
  if (auto reaches = check_reaches(*begin, end); !reaches) return std::unexpected(std::move(reaches.error()));
  if (auto same = compare(end); !same) return std::unexpected(std::move(same.error()));
  return end;
}

Follower::Step Follower::check_reaches(const store::LogPosition& begin, const store::LogPosition& end) {
  const auto last = primary_.end();
  if (!last) return broken(last.error());
  if (*last < end) {
    const std::string reached = last->file == 0 ? "has no log yet" : fmt::format("is at {}", text_of(*last));
    return std::unexpected(
        FollowFailure{Kind::behind,
                      {ErrorKind::io, fmt::format("the primary {} {}, and this log goes on to {}; waiting for it",
                                                  primary_.address(), reached, text_of(end))}});
  }
  if (begin.file > end.file) {
    return std::unexpected(FollowFailure{
        Kind::purged,
        {ErrorKind::not_found,
         fmt::format("the primary {} keeps its log from {} on, and this log ends at {}; it has to be copied anew",
                     primary_.address(), binlog::log_file_name(begin.file), text_of(end))}});
  }
  return {};
}

/// The file of `end`, up to there, on both sides.
Follower::Step Follower::compare(const store::LogPosition& end) {
  const auto theirs = primary_.checksum(end.file, end.offset);
  if (!theirs && theirs.error().code == no_such_log_error) {
    return std::unexpected(FollowFailure{Kind::behind, theirs.error()});
  }
  if (!theirs) return broken(theirs.error());
  const auto ours = store::file_checksum(target_.log, end, [this] { return interruption_->requested(); });
  if (!ours && ours.error().kind == ErrorKind::not_found) return {};  // purged here meanwhile
  if (!ours) return broken(ours.error());
  if (*ours == *theirs) return {};
  return std::unexpected(FollowFailure{
      Kind::differs,
      {ErrorKind::corrupt,
       fmt::format(
           "{} differs from the primary's at {}: the checksum of its first {} bytes is {:016x} here and {:016x} "
           "there. This log is not served to new subscribers and is copied anew",
           target_.log.path_of(end.file).string(), primary_.address(), end.offset, *ours, *theirs)}});
}

/// A file that has ended. One that the primary has purged meanwhile cannot be compared any more, and needs not.
Follower::Step Follower::compare_ended(const store::LogPosition& end) {
  auto same = compare(end);
  if (same || same.error().kind != Kind::behind) return same;
  const auto begin = primary_.begin();
  if (!begin) return broken(begin.error());
  return begin->file > end.file ? Step() : std::move(same);
}

/// What is complete is published before it waits for more.
Result<ByteView> Follower::next_event(LogCopy& copy) {
  auto event = primary_.available_event();
  if (!event) return std::unexpected(std::move(event.error()));
  if (*event) return **event;
  if (auto published = copy.idle(); !published) return std::unexpected(std::move(published.error()));
  if (!copy.in_transaction()) observer_.idle();
  return primary_.next_event();
}

Follower::Step Follower::copy(LogCopy& copy) {
  while (true) {
    const auto event = next_event(copy);
    if (!event) return broken(event.error());
    if (auto taken = copy.take(*event); !taken) return broken(std::move(taken.error()));
    if (copy.ended_transaction()) observer_.copied(*copy.ended_transaction());
    if (!copy.ended_file()) continue;
    if (auto same = compare_ended(*copy.ended_file()); !same) return same;
  }
}

}  // namespace sluice::follow
