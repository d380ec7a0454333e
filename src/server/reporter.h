#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cluster/disk_watch.h"
#include "manage/instance_client.h"
#include "metadb/instance_report.h"
#include "server/instance_keeper.h"
#include "server/process_meter.h"

namespace sluice::server {

/// The state of a follower's capture that does not reach its primary.
inline constexpr std::string_view misses_primary_state = "reconnecting";
/// Of one that has more of the log than its primary.
inline constexpr std::string_view waits_for_primary_state = "behind";
/// Of a primary whose capture a person has to help.
inline constexpr std::string_view stopped_state = "stopped";
/// And of one whose log differs from its primary's.
inline constexpr std::string_view differs_state = "differs";
/// Of one that copies from its primary.
inline constexpr std::string_view follows_state = "following";
inline constexpr std::string_view disk_full_state = "disk full";
inline constexpr std::string_view disk_failed_state = "disk failed";
/// Whether an instance in that state stores nothing because of its disk.
[[nodiscard]] constexpr bool waits_for_disk(std::string_view state) {
  return state == disk_full_state || state == disk_failed_state;
}

/// Asks the instances of this server twice a second how they are doing (REPORT), on a connection to each that stays
/// open, in a thread of its own: those that do not answer hold up nobody but the others' reports, for a second, and are
/// then left out for a while.
class Reporter {
 public:
  using Instances = std::function<std::vector<InstanceKeeper::Running>()>;

  /// Both are called from the reporter's thread: `primary_lost` when a follower begins to miss its primary.
  Reporter(
      const CipherKey& key, Instances instances, std::function<void()> primary_lost = [] {});
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// What is known now. Any thread.
  [[nodiscard]] std::vector<metadb::InstanceReport> reports() const;

 private:
  struct Asked {
    std::unique_ptr<mysql::Client> client;
    std::uint16_t port = 0;
    int rounds_to_skip = 0;
    std::int64_t pid = 0;
    std::optional<std::chrono::steady_clock::time_point> silent_since{};  ///< asked, without an answer
    bool misses_primary = false;
    bool disk_failed = false;  ///< rather than full, when it was last in trouble
    cluster::DiskWatch disk{};
    ProcessMeter meter;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] metadb::InstanceReport ask(const InstanceKeeper::Running& instance, Asked& asked);
  static void tell_disk(const InstanceKeeper::Running& instance, Asked& asked, metadb::InstanceReport& report);
  static void tell_silence(const Asked& asked, metadb::InstanceReport& report);
  [[nodiscard]] Result<mysql::QueryResult> question(const InstanceKeeper::Running& instance, Asked& asked);

  manage::InstanceSecret administrator_;
  Instances instances_;
  std::function<void()> primary_lost_;
  std::chrono::steady_clock::duration waited_{};  ///< in this round, for those that did not answer
  std::shared_ptr<mysql::Interruption> interruption_;
  std::map<std::string, Asked> asked_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<metadb::InstanceReport> reports_;
  std::jthread thread_;
};

}  // namespace sluice::server
