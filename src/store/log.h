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
#include "store/marks.h"

namespace sluice::store {

/// One file of a log, as SHOW BINARY LOGS tells it.
struct LogFileInfo {
  std::uint64_t number = 0;
  std::uint64_t size = 0;  ///< published bytes
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

  /// Calls `notify` (from the writer's thread, so it must be quick) after every publication until the handle is
  /// dropped.
  using Listener = std::shared_ptr<std::function<void()>>;
  [[nodiscard]] Listener listen(std::function<void()> notify);

  /// The block of the tail that holds `position`, or nothing if it is no longer, or not yet, in memory.
  [[nodiscard]] std::shared_ptr<const Block> tail_block(const LogPosition& position) const;

 private:
  friend class LogWriter;

  using Marks = std::shared_ptr<std::vector<Mark>>;
  struct File {
    std::uint64_t size = 0;
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
  /// A file's marks as they are now; those of a closed file are loaded, or made by a scan, when first needed.
  [[nodiscard]] Result<std::vector<Mark>> marks_of(std::uint64_t number) const;

  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  mutable std::map<std::uint64_t, File> files_;
  LogPosition end_;
  binlog::GtidSet executed_;
  std::deque<std::shared_ptr<const Block>> tail_;
  std::size_t tail_size_ = 0;

  std::mutex listeners_mutex_;
  std::vector<std::weak_ptr<std::function<void()>>> listeners_;
};

/// The newest blocks are kept in memory up to these limits, so that subscribers that keep up read no file.
inline constexpr std::size_t tail_size_max = 64U << 20U;
inline constexpr std::size_t tail_blocks_max = 16384;

}  // namespace sluice::store
