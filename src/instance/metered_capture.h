#pragma once

#include "convert/converter.h"
#include "convert/log_sink.h"
#include "instance/capture_totals.h"
#include "instance/convert_throttle.h"
#include "store/log_writer.h"

namespace sluice::instance {

/// A log writer that counts what is appended to the log; what is only compared does not count. The capture thread's.
class MeteredLog : public convert::LogSink {
 public:
  MeteredLog(store::LogWriter& writer, CaptureTotals& totals) : writer_(writer), totals_(totals) {}

  [[nodiscard]] bool verifying() const { return writer_.verifying(); }

  Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                         const Resume& resume) override;
  Result<void> close_file(ByteView rotate_event) override;
  Result<void> begin(const std::optional<Resume>& resume) override { return writer_.begin(resume); }
  Result<void> append(ByteView events) override;
  Result<void> append_provisional(ByteView event) override;
  Result<void> replace_provisional(ByteView event) override { return writer_.replace_provisional(event); }
  Result<void> commit(const binlog::Gtid& gtid, std::string_view next_place) override {
    return writer_.commit(gtid, next_place);
  }
  void abort() override { writer_.abort(); }
  Result<void> moved(std::string_view place) override { return writer_.moved(place); }
  Result<void> publish() override { return writer_.publish(); }
  std::optional<bool> file_ends_here() override { return writer_.file_ends_here(); }

 private:
  void count(std::size_t size);

  store::LogWriter& writer_;
  CaptureTotals& totals_;
};

/// A converter that counts events and transactions, takes the times of commits, and keeps to the throttle: what was
/// committed is published before a pause. The capture thread's.
class MeteredConverter : public convert::Converter {
 public:
  MeteredConverter(convert::Layout layout, convert::LogState state, MeteredLog& log, CaptureTotals& totals,
                   ConvertThrottle& throttle)
      : Converter(std::move(layout), std::move(state), log), log_(log), totals_(totals), throttle_(throttle) {
    totals_.idle_since = 0;
  }

  Result<void> begin(const convert::TransactionStart& start) override;
  Result<void> event(const binlog::EventHeader& header, ByteView body) override;
  Result<void> commit(std::string_view next_place) override;
  Result<void> idle() override;

 private:
  [[nodiscard]] Result<void> pay(std::uint64_t events, std::uint64_t bytes, std::chrono::nanoseconds pause_max);

  MeteredLog& log_;
  CaptureTotals& totals_;
  ConvertThrottle& throttle_;
  std::uint64_t events_ = 0;         ///< of the transaction under way
  std::uint64_t paid_bytes_ = 0;     ///< for the transaction under way
  std::uint64_t stored_before_ = 0;  ///< bytes stored before it
  std::int64_t commit_time_ = 0;     ///< of the transaction under way
};

/// When the transaction was committed at its source, in microseconds since 1970. Sources before MySQL 8 and MariaDB
/// tell only the second; its beginning is taken.
[[nodiscard]] std::int64_t commit_time(const convert::TransactionStart& start);

// What is copied from a primary is counted by these, of the capture thread.

/// A transaction of so many events, committed at `commit_time`, has been appended.
void count_copied(CaptureTotals& totals, std::uint64_t events, std::int64_t commit_time);
/// The primary has nothing more to give at the moment.
void count_idle(CaptureTotals& totals);

/// To be called by the capture thread after each publication of the log.
void count_publication(CaptureTotals& totals);

}  // namespace sluice::instance
