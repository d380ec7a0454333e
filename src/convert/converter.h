#pragma once

#include "convert/layout.h"
#include "convert/log_sink.h"
#include "convert/logical_clock.h"
#include "convert/table_ids.h"
#include "convert/transaction_receiver.h"

namespace sluice::convert {

/// Lays a source's transactions out as a MySQL binlog. A pure function of layout, state and stream: nothing of the
/// host, the clock or the run enters a byte; files end by size and by a change of the source's format, never because a
/// process stopped.
///
/// A transaction is held until its commit, when its length and the place of each event are known. One of more than
/// `held_size_max` bytes goes to the sink as it comes, with a GTID event that is replaced at its commit.
class Converter : public TransactionReceiver {
 public:
  /// From here on a transaction's length takes nine bytes in a GTID event, however long it gets; so its size is known.
  static constexpr std::size_t held_size_max = 1U << 24U;

  Converter(Layout layout, LogState state, LogSink& sink);

  Result<void> format(const binlog::FormatDescription& description, std::uint32_t timestamp) override;
  Result<void> begin(const TransactionStart& start) override;
  Result<void> event(const binlog::EventHeader& header, ByteView body) override;
  Result<void> commit(std::string_view next_place) override;
  void abort() override;
  Result<void> moved(std::string_view place) override;
  Result<void> idle() override;

  /// All GTIDs converted so far.
  [[nodiscard]] const binlog::GtidSet& executed() const { return state_.executed; }
  [[nodiscard]] const std::string& source_place() const { return state_.source_place; }

 private:
  [[nodiscard]] Result<void> open_file();
  [[nodiscard]] Result<void> end_file();
  [[nodiscard]] Result<void> set_gtid(const TransactionStart& start);
  [[nodiscard]] Bytes gtid_event(std::uint64_t events_size);
  [[nodiscard]] Bytes gtid_body(std::uint64_t events_size);
  [[nodiscard]] Result<std::uint8_t*> hold(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] ByteView held() const { return ByteView(held_).first(held_size_); }
  void forget_held();
  void place_held_events(std::uint64_t gtid_size);
  [[nodiscard]] Result<void> begin_streaming();
  [[nodiscard]] Result<void> begin_in_sink();

  Layout layout_;
  LogState state_;
  LogSink& sink_;
  LogicalClock clock_;
  TableIds table_ids_;
  std::optional<binlog::FormatDescription> format_;
  std::uint32_t format_timestamp_ = 0;

  bool in_transaction_ = false;
  bool streaming_ = false;  ///< the transaction has begun in the sink before its commit
  bool can_resume_here_ = true;
  std::optional<std::uint64_t> previous_group_;
  binlog::EventHeader gtid_header_;
  binlog::GtidEvent gtid_;
  Bytes held_;  ///< its first held_size_ bytes: events but the GTID event; place and checksum still open
  std::size_t held_size_ = 0;
  std::size_t gtid_body_size_ = 0;  ///< of the transaction before: most likely this one's too
  std::uint64_t streamed_ = 0;      ///< bytes of the transaction given to the sink before commit
  std::size_t streamed_gtid_size_ = 0;
};

}  // namespace sluice::convert
