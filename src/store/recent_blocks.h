#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "store/block.h"

namespace sluice::store {

/// The blocks that readers of files made last, so that those who read the same part of the log at about the same time
/// read, verify and frame it once. It is kept by those readers: when the last of them has caught up, it is gone. Any
/// thread.
class RecentBlocks {
 public:
  static constexpr std::size_t size_max = 64U << 20U;

  /// The block that holds `position`, or nothing.
  [[nodiscard]] std::shared_ptr<const Block> find(const LogPosition& position) const;
  void add(std::shared_ptr<const Block> block);

 private:
  mutable std::mutex mutex_;
  std::map<LogPosition, std::shared_ptr<const Block>> blocks_;  ///< by their begin
  std::deque<LogPosition> order_;                               ///< oldest first
  std::size_t size_ = 0;
};

}  // namespace sluice::store
