#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/assert.h"
#include "follow/log_copy.h"

// Whatever a primary sends: what is taken follows on the byte before, and nothing is committed outside a transaction.

namespace {

using namespace sluice;

/// Checks the order of calls.
class CheckedSink : public convert::LogSink {
 public:
  Result<void> open_file(std::uint64_t, ByteView, const binlog::GtidSet&, const Resume&) override {
    SLUICE_ASSERT(!in_transaction_);
    open_ = true;
    return {};
  }
  Result<void> close_file(ByteView) override {
    SLUICE_ASSERT(!in_transaction_);
    open_ = false;
    return {};
  }
  Result<void> begin(const std::optional<Resume>&) override {
    SLUICE_ASSERT(!in_transaction_);
    in_transaction_ = true;
    return {};
  }
  Result<void> append(ByteView) override {
    SLUICE_ASSERT(in_transaction_);
    return {};
  }
  Result<void> append_provisional(ByteView) override { return {}; }
  Result<void> replace_provisional(ByteView) override { return {}; }
  Result<void> commit(const binlog::Gtid&, std::string_view) override {
    SLUICE_ASSERT(std::exchange(in_transaction_, false));
    return {};
  }
  void abort() override { SLUICE_ASSERT(std::exchange(in_transaction_, false)); }
  Result<void> moved(std::string_view) override { return {}; }
  std::optional<bool> file_ends_here() override { return std::nullopt; }
  Result<void> publish() override {
    SLUICE_ASSERT(!in_transaction_);
    return {};
  }

 private:
  bool open_ = false;
  bool in_transaction_ = false;
};

struct NoPlaces : follow::PlaceFinder {
  Result<std::optional<follow::SourcePlace>> find(const store::LogPosition&) override { return std::nullopt; }
};

}  // namespace

/// The input is cut into events by their own sizes, and gets good checksums: what damages those is found before.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CheckedSink sink;
  NoPlaces places;
  follow::LogCopy copy({}, sink, places);
  ByteView rest(data, size);
  while (rest.size() >= binlog::EventHeader::size + binlog::checksum_size) {
    const auto wanted = load_little_endian(rest.data() + binlog::EventHeader::event_size_offset, 4);
    const std::size_t length =
        std::clamp<std::size_t>(wanted, binlog::EventHeader::size + binlog::checksum_size, rest.size());
    Bytes event(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
    store_little_endian(event.data() + binlog::EventHeader::event_size_offset, length, 4);
    binlog::write_checksum(event);
    rest = rest.subspan(length);
    if (!copy.take(event)) break;
    (void)copy.idle();
  }
  copy.break_off();
  return 0;
}
