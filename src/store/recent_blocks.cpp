#include "store/recent_blocks.h"

namespace sluice::store {

std::shared_ptr<const Block> RecentBlocks::find(const LogPosition& position) const {
  const std::lock_guard lock(mutex_);
  auto after = blocks_.upper_bound(position);
  if (after == blocks_.begin()) return nullptr;
  const auto& [begin, block] = *--after;
  const bool holds = begin.file == position.file && position.offset < block->end_offset;
  return holds ? block : nullptr;
}

void RecentBlocks::add(std::shared_ptr<const Block> block) {
  const std::lock_guard lock(mutex_);
  const auto [place, added] = blocks_.try_emplace(block->begin, block);
  if (!added) return;
  order_.push_back(block->begin);
  size_ += block->framed.size();
  while (size_ > size_max && order_.size() > 1) {
    const auto oldest = blocks_.find(order_.front());
    size_ -= oldest->second->framed.size();
    blocks_.erase(oldest);
    order_.pop_front();
  }
}

}  // namespace sluice::store
