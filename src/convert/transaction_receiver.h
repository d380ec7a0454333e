#pragma once

#include <optional>

#include "base/error.h"
#include "binlog/event_header.h"
#include "binlog/format_description.h"
#include "binlog/gtid_event.h"

namespace sluice::convert {

/// What begins a transaction, as its source tells it.
struct TransactionStart {
  std::uint32_t timestamp = 0;
  std::uint32_t server_id = 0;  ///< of the server where the transaction was committed first
  std::uint16_t flags = 0;

  /// The GTID event to write, in the form of the source's version. Its clock is the source's own (convert rebases it),
  /// its transaction_length, if present, is computed anew, and number 0 asks for an assigned GTID.
  binlog::GtidEvent gtid;

  /// Names the run of source transactions whose clocks can be compared: for MySQL, the source's binlog file. Valid
  /// during the call it is passed to.
  std::string_view clock_epoch;
  /// For sources without a logical clock: transactions with the same value, next to each other, were committed together
  /// and may be applied side by side.
  std::optional<std::uint64_t> commit_group;
};

/// Takes committed transactions in commit order, each in pieces, so that none has to fit in memory:
/// begin, event..., commit; or begin, event..., abort if the source broke off. One thread.
class TransactionReceiver {
 public:
  virtual ~TransactionReceiver() = default;

  /// The format of the transactions that follow, and when the source wrote it (seconds since 1970). Called before the
  /// first transaction and between any two.
  virtual Result<void> format(const binlog::FormatDescription& description, std::uint32_t timestamp) = 0;

  virtual Result<void> begin(const TransactionStart& start) = 0;
  /// One event of the transaction in MySQL v4 form, v2 rows. `header.event_size` and `log_pos` do not count; `body`
  /// holds neither header nor checksum and is only valid during the call.
  virtual Result<void> event(const binlog::EventHeader& header, ByteView body) = 0;
  /// `next_place` is where the source has to be read from to get what follows; only capture understands it.
  virtual Result<void> commit(std::string_view next_place) = 0;
  virtual void abort() = 0;
  /// Between transactions: nothing happened, but what follows has to be read from `place` now, as the source began
  /// another file of its own.
  virtual Result<void> moved(std::string_view place) = 0;

  /// The source has nothing more at the moment: what was committed should be published now.
  virtual Result<void> idle() = 0;
};

}  // namespace sluice::convert
