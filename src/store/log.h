#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "binlog/gtid_set.h"
#include "store/block.h"
#include "store/file_catalogue.h"
#include "store/marks.h"
#include "store/reader_hold.h"
#include "store/recent_blocks.h"

namespace sluice::store {

/// One file of a log, as SHOW BINARY LOGS tells it.
struct LogFileInfo {
  std::uint64_t number = 0;
  std::uint64_t size = 0;  ///< published bytes
};

/// When the last transaction of a file was written.
struct LogFileTime {
  std::uint64_t number = 0;
  std::uint32_t written = 0;  ///< seconds since 1970; file_times.h says what is known about it
};

/// What a purge did.
struct PurgeOutcome {
  std::vector<std::uint64_t> removed;   ///< the files that went, oldest first
  std::optional<std::uint64_t> in_use;  ///< the file that would have gone next, but a reader needs it
  std::size_t readers = 0;              ///< how many readers are at that very file
};

/// One tenant's log on disk, seen by its readers: which files there are, how far they may be read, where a GTID or a
/// position is. Any thread; LogWriter is the one that adds to it.
///
/// Readers never pass `end()`. What lies before it is never rewritten.
class Log {
 public:
  explicit Log(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path path_of(std::uint64_t file) const;

  /// Oldest first. Empty until the first file was opened.
  [[nodiscard]] std::vector<LogFileInfo> files() const;
  [[nodiscard]] std::optional<LogFileInfo> file(std::uint64_t number) const;

  /// Behind the last published byte; {0, 0} while the log has no file.
  [[nodiscard]] LogPosition end() const;

  /// All GTIDs up to end(): those in the files and those before the first one.
  [[nodiscard]] binlog::GtidSet executed() const;
  /// Whether all of these GTIDs are among executed(); cheaper than asking for that.
  [[nodiscard]] bool has_executed(const binlog::GtidSet& gtids) const;
  /// Those before the oldest file.
  [[nodiscard]] binlog::GtidSet purged() const;

  /// Both of one moment, as SHOW MASTER STATUS needs them.
  struct Status {
    LogPosition end;
    binlog::GtidSet executed;
  };
  [[nodiscard]] Status status() const;

  /// Where a subscriber that has `known` goes on: at or before the first transaction it has not, in the newest file
  /// whose previous GTIDs it all has. ErrorKind::not_found if transactions it lacks are no longer kept, or there is no
  /// file yet.
  [[nodiscard]] Result<LogPosition> find(const binlog::GtidSet& known) const;

  /// Whether a subscriber can be served from `position`. ErrorKind::not_found: no such file; limit: behind the end of
  /// what is published; invalid: inside an event.
  [[nodiscard]] Result<void> check_position(const LogPosition& position) const;

  /// The published marks of a file at which conversion can be taken up (Mark::can_resume), at or behind `from`: the
  /// first `count_max` of them. ErrorKind::not_found if the file is not there. Blocks on the disk for a file whose
  /// marks nobody needed yet.
  [[nodiscard]] Result<std::vector<Mark>> resume_marks(const LogPosition& from, std::size_t count_max) const;

  /// Keeps `file` and all behind it from being purged. ErrorKind::not_found if it is not there (any more): so look for
  /// a position, hold its file, and look again if that fails.
  [[nodiscard]] Result<std::unique_ptr<ReaderHold>> hold(std::uint64_t file) const;
  [[nodiscard]] ReaderHolds& holds() { return *holds_; }

  /// Removes the files before `file`, as PURGE BINARY LOGS TO does: oldest first, up to the first that a reader holds;
  /// the newest always stays. ErrorKind::not_found if `file` is not there. Waits for the disk, the writer does not wait
  /// for it. A crash on the way leaves either all files or, after the next opening, none of those that were to go.
  [[nodiscard]] Result<PurgeOutcome> purge_to(std::uint64_t file);

  /// Removes the files whose last transaction was written before `time` (seconds since 1970), as PURGE BINARY LOGS
  /// BEFORE does; otherwise as purge_to.
  [[nodiscard]] Result<PurgeOutcome> purge_before(std::int64_t time);

  /// When the last transaction of each file was written, oldest file first; the newest file is left out: it may get
  /// more.
  [[nodiscard]] std::vector<LogFileTime> file_times() const;

  /// Where a file begins.
  struct FileBoundary {
    std::uint64_t number = 0;
    std::uint32_t timestamp = 0;  ///< of the last transaction before it, seconds since 1970; 0: there is none
    binlog::GtidSet previous;     ///< all before it
  };
  /// Of the newest `count_max` files that begin later than `since` (in seconds), oldest first.
  [[nodiscard]] std::vector<FileBoundary> boundaries(std::uint64_t since, std::size_t count_max) const;
  /// Of the oldest file; nothing while there is none.
  [[nodiscard]] std::optional<FileBoundary> first_boundary() const;

  /// Calls `notify` (from the writer's thread, so it must be quick) after every publication until the handle is
  /// dropped.
  using Listener = std::shared_ptr<std::function<void()>>;
  [[nodiscard]] Listener listen(std::function<void()> notify);

  /// What readers of files share at the moment.
  [[nodiscard]] std::shared_ptr<RecentBlocks> recent_blocks() const;

  /// The block of the tail that holds `position`, or nothing if it is no longer, or not yet, in memory.
  [[nodiscard]] std::shared_ptr<const Block> tail_block(const LogPosition& position) const;

 private:
  friend class LogWriter;

  using Marks = std::shared_ptr<std::vector<Mark>>;
  struct File {
    std::uint64_t size = 0;
    std::uint32_t timestamp = 0;  ///< of its format description: of the last transaction before it
    binlog::GtidSet previous;
    Marks marks;  ///< of the newest file always; of others once somebody needs them, and then never changed
  };

  /// What becomes visible at once.
  struct Publication {
    LogPosition end;
    binlog::GtidSet added;
    std::vector<Mark> marks;
    std::vector<std::shared_ptr<const Block>> blocks;
  };

  void add_file(std::uint64_t number, File file);
  void publish(Publication publication);
  void notify();
  [[nodiscard]] Result<void> write_index();
  [[nodiscard]] std::vector<CataloguedFile> closed_files(std::uint64_t from) const;
  [[nodiscard]] std::optional<std::uint64_t> newest_file_for(const binlog::GtidSet& known) const;
  [[nodiscard]] PurgeOutcome take_out(std::uint64_t end);
  [[nodiscard]] Result<void> remove_taken_out();
  /// A file's marks as they are now; those of a closed file are loaded, or made by a scan, when first needed.
  [[nodiscard]] Result<std::vector<Mark>> marks_of(std::uint64_t number) const;

  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  mutable std::map<std::uint64_t, File> files_;
  LogPosition end_;
  binlog::GtidSet executed_;
  std::deque<std::shared_ptr<const Block>> tail_;
  std::size_t tail_size_ = 0;
  mutable std::weak_ptr<RecentBlocks> recent_;
  std::shared_ptr<ReaderHolds> holds_ = std::make_shared<ReaderHolds>();

  std::mutex purge_mutex_;                ///< one purge at a time
  std::vector<std::uint64_t> taken_out_;  ///< no longer seen by readers, but perhaps still on the disk
  std::mutex index_mutex_;                ///< the index is written by the writer and by purges

  std::mutex listeners_mutex_;
  std::vector<std::weak_ptr<std::function<void()>>> listeners_;
};

/// The newest blocks are kept in memory up to these limits, so that subscribers that keep up read no file.
inline constexpr std::size_t tail_size_max = 64U << 20U;
inline constexpr std::size_t tail_blocks_max = 16384;

}  // namespace sluice::store
