#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "manage/instance_client.h"
#include "metadb/instance_report.h"
#include "server/instance_keeper.h"
#include "server/process_meter.h"

namespace sluice::server {

/// Asks the instances of this server once a second how they are doing (REPORT), on a connection to each that stays
/// open, in a thread of its own: one that does not answer holds up nobody but the others' reports, for a second, and is
/// then left out for a while.
class Reporter {
 public:
  using Instances = std::function<std::vector<InstanceKeeper::Running>()>;

  /// `instances` is called from the reporter's thread.
  Reporter(const CipherKey& key, Instances instances);
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
    ProcessMeter meter;
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] metadb::InstanceReport ask(const InstanceKeeper::Running& instance, Asked& asked);
  [[nodiscard]] Result<mysql::QueryResult> question(const InstanceKeeper::Running& instance, Asked& asked);

  manage::InstanceSecret administrator_;
  Instances instances_;
  std::shared_ptr<mysql::Interruption> interruption_;
  std::map<std::string, Asked> asked_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<metadb::InstanceReport> reports_;
  std::jthread thread_;
};

}  // namespace sluice::server
