#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_type.h"

namespace sluice::binlog {

/// Finds where transactions end in a stream of events without their GTID events.
///
///     transaction: payload                                    compressed as a whole
///                | others* statement                          DDL, XA COMMIT, XA ROLLBACK
///                | others* BEGIN any* end                     end: XID, COMMIT, ROLLBACK
///                | others* "XA START" any* XA_PREPARE
///     others:      INTVAR, RAND, USER_VAR, ROWS_QUERY, ... : what precedes the statement it belongs to
class TransactionBoundary {
 public:
  /// The next event of the stream; says whether it ends its transaction. `body` may be cut behind its first 64 KiB.
  [[nodiscard]] Result<bool> ends_with(EventType type, ByteView body);

  /// Whether a transaction has begun and not ended.
  [[nodiscard]] bool inside() const { return state_ != State::outside; }
  void reset() { state_ = State::outside; }

 private:
  enum class State { outside, preceded, in_transaction, in_xa };
  [[nodiscard]] Result<bool> query(ByteView body);

  State state_ = State::outside;
};

}  // namespace sluice::binlog
