#include <algorithm>
#include <map>

#include "base/assert.h"
#include "binlog/binlog_file.h"
#include "binlog/gtid_event.h"
#include "capture/mysql/transaction_assembler.h"
#include "convert/converter.h"

// Any bytes as the stream of a source, its frames and checksums mended: what capture and convert make of it are whole
// transactions in sound files, or nothing; and the same bytes each time.
//
// Input: a byte of choices, then events one after the other, as in a binlog file behind its magic.

using namespace sluice;
using binlog::EventHeader;
using binlog::EventType;

namespace {

enum Choice : std::uint8_t {
  mariadb = 0x01,
  keep_payloads = 0x02,
  damaged = 0x04,  ///< the checksums stay as they are
  small_files = 0x08,
};

/// Keeps files in memory and watches over how it is called.
class Files : public convert::LogSink {
 public:
  std::map<std::uint64_t, Bytes> files;

  Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                         const Resume&) override {
    SLUICE_ASSERT(!inside_ && !open_ && !files.contains(number) && previous == executed_);
    files[number].assign(header.begin(), header.end());
    open_ = &files[number];
    return {};
  }
  Result<void> close_file(ByteView rotate_event) override {
    SLUICE_ASSERT(!inside_ && open_);
    put(rotate_event);
    open_ = nullptr;
    return {};
  }
  Result<void> begin(const std::optional<Resume>&) override {
    SLUICE_ASSERT(!inside_ && open_);
    inside_ = true;
    begin_ = open_->size();
    return {};
  }
  Result<void> append(ByteView events) override {
    SLUICE_ASSERT(inside_);
    put(events);
    return {};
  }
  Result<void> append_provisional(ByteView event) override {
    provisional_ = event.size();
    return append(event);
  }
  Result<void> replace_provisional(ByteView event) override {
    SLUICE_ASSERT(inside_ && event.size() == provisional_);
    std::ranges::copy(event, open_->begin() + static_cast<std::ptrdiff_t>(begin_));
    return {};
  }
  Result<void> commit(const binlog::Gtid& gtid, std::string_view next_place) override {
    SLUICE_ASSERT(inside_ && !executed_.contains(gtid) && capture::parse_source_place(next_place));
    executed_.add(gtid);
    inside_ = false;
    ++transactions;
    return {};
  }
  Result<void> moved(std::string_view place) override {
    SLUICE_ASSERT(!inside_ && capture::parse_source_place(place));
    return {};
  }
  void abort() override {
    SLUICE_ASSERT(inside_);
    open_->resize(begin_);
    inside_ = false;
  }
  std::optional<bool> file_ends_here() override { return std::nullopt; }
  Result<void> publish() override {
    SLUICE_ASSERT(!inside_);
    return {};
  }

  [[nodiscard]] bool inside() const { return inside_; }
  int transactions = 0;

 private:
  void put(ByteView bytes) { open_->insert(open_->end(), bytes.begin(), bytes.end()); }

  Bytes* open_ = nullptr;
  bool inside_ = false;
  std::size_t begin_ = 0;
  std::size_t provisional_ = 0;
  binlog::GtidSet executed_;
};

/// The events behind a frame that fits, and a checksum if the first format says that there are some.
std::vector<Bytes> events_of(ByteView input, bool mend) {
  std::vector<Bytes> events;
  bool checksums = true;
  while (input.size() >= EventHeader::size) {
    const std::uint64_t wanted = load_little_endian(input.data() + EventHeader::event_size_offset, 4);
    const auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(wanted, EventHeader::size, input.size()));
    Bytes event(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    input = input.subspan(size);
    store_little_endian(event.data() + EventHeader::event_size_offset, size, 4);
    if (const auto format = binlog::decode_format_description(event))
      checksums = format->checksum == binlog::Checksum::crc32;
    if (mend && checksums && size >= EventHeader::size + binlog::checksum_size) binlog::write_checksum(event);
    events.push_back(std::move(event));
  }
  return events;
}

void convert_stream(const std::vector<Bytes>& events, std::uint8_t choices, Files& files) {
  convert::Layout layout;
  layout.assigned_uuid = convert::derive_uuid("a.b", 0);
  if ((choices & small_files) != 0) layout.max_binlog_size = 512;
  convert::Converter converter(layout, {}, files);
  const capture::SourcePlace place{.server = "s", .file = "bin.000001", .position = 4, .gtids = {}};
  capture::TransactionAssembler assembler(
      {.flavour = (choices & mariadb) != 0 ? capture::Flavour::mariadb : capture::Flavour::mysql,
       .tenant = "a.b",
       .keep_compressed_transactions = (choices & keep_payloads) != 0,
       .checksums = false},
      place, converter);
  for (const Bytes& event : events) {
    if (!assembler.take(event)) break;
    if (!assembler.in_transaction()) SLUICE_ASSERT(converter.idle());
  }
  assembler.break_off();
  SLUICE_ASSERT(!files.inside());
}

/// Whole transactions only, each event with its frame, place and checksum.
void check_file(ByteView file, int& transactions) {
  binlog::TransactionBoundary boundary;
  bool has_gtid = false;
  std::size_t at = sizeof binlog::file_magic;
  for (int number = 0; at < file.size(); ++number) {
    const auto header = binlog::decode_event_header(file.subspan(at));
    SLUICE_ASSERT(header && header->event_size >= EventHeader::size + binlog::checksum_size);
    SLUICE_ASSERT(header->event_size <= file.size() - at && header->log_pos == at + header->event_size);
    const ByteView event = file.subspan(at, header->event_size);
    SLUICE_ASSERT(binlog::checksum_matches(event));
    const ByteView body = event.subspan(EventHeader::size, event.size() - EventHeader::size - binlog::checksum_size);
    at += event.size();
    if (number < 2 || (header->type == EventType::rotate && at == file.size())) continue;
    if (!has_gtid) {
      SLUICE_ASSERT(header->type == EventType::gtid || header->type == EventType::gtid_tagged);
      SLUICE_ASSERT(binlog::decode_gtid_event(header->type, body));
      has_gtid = true;
      continue;
    }
    const auto ends = boundary.ends_with(header->type, body);
    SLUICE_ASSERT(ends);
    if (*ends) {
      has_gtid = false;
      ++transactions;
    }
  }
  SLUICE_ASSERT(!has_gtid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choices = data[0];
  const auto events = events_of(ByteView(data, size).subspan(1), (choices & damaged) == 0);
  Files files;
  convert_stream(events, choices, files);
  int transactions = 0;
  for (const auto& [number, file] : files.files)
    check_file(file, transactions);
  SLUICE_ASSERT(transactions == files.transactions);
  Files again;
  convert_stream(events, choices, again);
  SLUICE_ASSERT(again.files == files.files);
  return 0;
}
