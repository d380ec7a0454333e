#include "store/reader_hold.h"

#include <algorithm>

namespace sluice::store {

ReaderHold::~ReaderHold() {
  const std::lock_guard lock(holds_->mutex_);
  holds_->holds_.erase(this);
}

void ReaderHold::move_to(std::uint64_t file) {
  const std::lock_guard lock(holds_->mutex_);
  file_ = std::max(file_, file);
}

std::string ReaderHold::reason() const {
  const std::lock_guard lock(holds_->mutex_);
  return reason_;
}

std::unique_ptr<ReaderHold> ReaderHolds::add(std::uint64_t file) {
  std::unique_ptr<ReaderHold> hold(new ReaderHold(shared_from_this(), file));
  const std::lock_guard lock(mutex_);
  holds_.insert(hold.get());
  return hold;
}

std::optional<std::uint64_t> ReaderHolds::oldest() const {
  const std::lock_guard lock(mutex_);
  const auto oldest = std::ranges::min_element(holds_, {}, &ReaderHold::file_);
  if (oldest == holds_.end()) return std::nullopt;
  return (*oldest)->file_;
}

std::size_t ReaderHolds::readers_of(std::uint64_t file) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count(holds_, file, &ReaderHold::file_));
}

std::size_t ReaderHolds::revoke_before(std::uint64_t file, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(holds_, [&](ReaderHold* hold) {
    if (hold->file_ >= file) return false;
    hold->reason_ = reason;
    hold->revoked_.store(true, std::memory_order_release);
    return true;
  });
}

}  // namespace sluice::store
