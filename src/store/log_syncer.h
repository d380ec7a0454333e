#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "store/marks.h"

namespace sluice::store {

/// A log file that is being written, with its marks.
struct OpenLogFile {
  std::filesystem::path path;
  FileDescriptor file;
  std::optional<MarkFile> marks;  ///< nothing: it could not be written yet
};

/// Brings what was written to the disk, in the background and in groups, and writes marks once what lies before them is
/// there. Called by one thread, works in one of its own.
class LogSyncer {
 public:
  /// fdatasync, or what a test does instead.
  using Sync = std::function<Result<void>(const FileDescriptor&, const std::filesystem::path&)>;

  explicit LogSyncer(Sync sync);
  ~LogSyncer();
  LogSyncer(const LogSyncer&) = delete;
  LogSyncer& operator=(const LogSyncer&) = delete;

  /// `file` was written up to `end`; `marks` lie within it. One file at a time: drain() before the next.
  void written(std::shared_ptr<OpenLogFile> file, std::uint64_t end, std::vector<Mark> marks);

  /// Waits until everything is on the disk, or cannot be brought there.
  [[nodiscard]] Result<void> drain();

  /// Why something could not be brought to the disk. From then on nobody knows what the disk holds behind synced(), and
  /// nothing more is done until start().
  [[nodiscard]] std::optional<Error> error() const;

  /// What stands before this offset is on the disk, in the file that was written to last.
  [[nodiscard]] std::uint64_t synced() const;

  /// Begins anew: everything before `synced` is on the disk, marks included, and there is nothing to do.
  void start(std::uint64_t synced);

 private:
  void run();

  const Sync sync_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<OpenLogFile> file_;
  std::vector<Mark> marks_;
  std::uint64_t end_ = 0;
  std::uint64_t synced_ = 0;
  bool dirty_ = false;
  bool busy_ = false;
  bool hurry_ = false;
  bool stopping_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace sluice::store
