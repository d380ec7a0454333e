#include "relay/dump_count.h"

#include <algorithm>

#include "mysql/command.h"

namespace sluice::relay {
namespace {

bool is_dump(std::uint8_t first) {
  const auto command = static_cast<mysql::Command>(first);
  return command == mysql::Command::binlog_dump || command == mysql::Command::binlog_dump_gtid;
}

}  // namespace

std::uint64_t DumpCount::take(ByteView bytes) {
  std::uint64_t count = 0;
  while (!bytes.empty()) {
    if (header_size_ < header_.size()) {
      header_[header_size_++] = bytes.front();
      bytes = bytes.subspan(1);
      if (header_size_ < header_.size()) continue;
      left_ = header_[0] | (std::size_t{header_[1]} << 8U) | (std::size_t{header_[2]} << 16U);
      at_command_ = header_[3] == 0;
    } else {
      if (at_command_ && is_dump(bytes.front())) ++count;
      at_command_ = false;
      const std::size_t size = std::min(left_, bytes.size());
      left_ -= size;
      bytes = bytes.subspan(size);
    }
    if (left_ == 0) header_size_ = 0;
  }
  return count;
}

}  // namespace sluice::relay
