#include "binlog/transaction_boundary.h"

#include "binlog/query_event.h"

namespace sluice::binlog {

Result<bool> TransactionBoundary::ends_with(EventType type, ByteView body) {
  bool ends = false;
  switch (type) {
    case EventType::query: {
      const auto result = query(body);
      if (!result) return result;
      ends = *result;
      break;
    }
    case EventType::xid:
      ends = true;
      break;
    case EventType::execute_load_query:
      ends = state_ != State::in_transaction && state_ != State::in_xa;
      break;
    case EventType::xa_prepare:
    case EventType::transaction_payload:
      ends = true;
      break;
    default:
      if (state_ == State::outside) state_ = State::preceded;
  }
  if (ends) state_ = State::outside;
  return ends;
}

Result<bool> TransactionBoundary::query(ByteView body) {
  const auto event = decode_query_event(body);
  if (!event) return std::unexpected(event.error());
  switch (state_) {
    case State::outside:
    case State::preceded:
      if (event->text == "BEGIN") {
        state_ = State::in_transaction;
        return false;
      }
      if (event->text.starts_with("XA START ")) {
        state_ = State::in_xa;
        return false;
      }
      return true;
    case State::in_transaction:
      return event->text == "COMMIT" || event->text == "ROLLBACK";
    case State::in_xa:
      // MySQL ends an empty XA transaction, and one that is rolled back with a non-transactional change, like this.
      return event->text.starts_with("XA ROLLBACK ") || event->text.starts_with("XA COMMIT ");
  }
  return false;
}

}  // namespace sluice::binlog
