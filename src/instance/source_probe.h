#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "answers/source_progress.h"
#include "instance/config.h"
#include "instance/tenant_database.h"

namespace sluice::instance {

/// Asks the source how far it is, for clients that want to see what they have just committed there. However many ask
/// meanwhile get one answer; it has a connection and a thread of its own. Any thread.
class SourceProbe {
 public:
  SourceProbe(const Config& config, std::shared_ptr<mysql::Interruption> interruption);
  ~SourceProbe();
  SourceProbe(const SourceProbe&) = delete;
  SourceProbe& operator=(const SourceProbe&) = delete;

  /// A question that is asked soon. nullptr if there is no use: the source did not answer the last one, a moment ago,
  /// or lets the present one wait, or it has no GTIDs to compare.
  [[nodiscard]] std::shared_ptr<answers::SourceProgress> ask();

  /// Answers whoever waits, and ends the thread. The interruption has to be requested before, or it takes as long as
  /// the source does.
  void stop();

 private:
  void run();
  [[nodiscard]] Result<std::optional<binlog::GtidSet>> ask_source();

  const Config& config_;
  TenantDatabase database_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<answers::SourceProgress>> questions_;
  std::optional<std::chrono::steady_clock::time_point> asking_since_;
  std::chrono::steady_clock::time_point no_use_until_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::instance
