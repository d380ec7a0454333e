#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "answers/server_state.h"
#include "capture/mysql/source.h"
#include "instance/capture_totals.h"
#include "instance/config.h"
#include "instance/convert_throttle.h"
#include "instance/storage_pause.h"
#include "store/log_writer.h"

namespace sluice::instance {

/// Captures in a thread of its own: connects to the source, takes conversion up where the log ends, and goes on until
/// stop(). What fails is tried again with growing pauses, at the next address if there are several; what a person has
/// to decide stops it, in a state that says so; while the disk is full it waits. Meanwhile the log goes on being
/// served.
class CaptureThread {
 public:
  /// `writer` must be open and write to `log`. `make_room` is called when its disk is full; it removes what of the log
  /// has expired and returns how many files went. Capture begins at once.
  CaptureThread(const Config& config, store::Log& log, std::unique_ptr<store::LogWriter> writer,
                std::shared_ptr<mysql::Interruption> interruption, std::function<std::size_t()> make_room);
  ~CaptureThread();
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;

  [[nodiscard]] answers::CaptureStatus status() const;
  [[nodiscard]] const CaptureTotals& totals() const { return totals_; }
  [[nodiscard]] ConvertThrottle& throttle() { return throttle_; }

  /// Ends capture and closes the log in order. Blocks for at most the time one transaction's write takes.
  void stop();

 private:
  void run();
  [[nodiscard]] capture::SourceFailure capture_from(const std::string& address);
  [[nodiscard]] capture::SourceResult<convert::LogState> first_state(capture::Source& source);
  [[nodiscard]] capture::SourceResult<convert::LogState> next_state(const capture::Source& source);
  [[nodiscard]] bool wait_for_storage(const std::string& address, const Error& error);
  void report(std::string state, const std::string& address, std::string error);

  const Config& config_;
  std::unique_ptr<store::LogWriter> writer_;
  std::shared_ptr<mysql::Interruption> interruption_;
  StoragePause storage_pause_;
  bool cannot_verify_ = false;  ///< the source no longer has what would have to be read again
  CaptureTotals totals_;
  ConvertThrottle throttle_;
  store::Log::Listener publication_listener_;

  void note_settings(const capture::SourceFacts& facts);

  mutable std::mutex mutex_;
  answers::CaptureStatus status_;
  std::thread thread_;
};

}  // namespace sluice::instance
