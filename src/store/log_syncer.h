#pragma once

#include <condition_variable>
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
  MarkFile marks;
};

/// Brings what was written to the disk, in the background and in groups, and writes marks once what lies before them is
/// there. Called by one thread, works in one of its own.
class LogSyncer {
 public:
  LogSyncer();
  ~LogSyncer();
  LogSyncer(const LogSyncer&) = delete;
  LogSyncer& operator=(const LogSyncer&) = delete;

  /// Something was written to `file`; `marks` lie within it. One file at a time: drain() before the next.
  void written(std::shared_ptr<OpenLogFile> file, std::vector<Mark> marks);

  /// Waits until everything is on the disk. A failed sync is reported by this and every later call: after one, nobody
  /// knows what the disk holds.
  [[nodiscard]] Result<void> drain();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<OpenLogFile> file_;
  std::vector<Mark> marks_;
  bool dirty_ = false;
  bool busy_ = false;
  bool hurry_ = false;
  bool stopping_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace sluice::store
