#pragma once

#include <optional>

#include "base/error.h"
#include "binlog/event_header.h"
#include "binlog/mariadb_events.h"
#include "capture/mysql/compressed_columns.h"

namespace sluice::capture {

/// The format our log of a MariaDB tenant has: MySQL 5.7's, which all clients of MySQL and MariaDB read.
inline constexpr std::string_view mariadb_tenant_version = "5.7.44-sluice";

/// A MySQL event made of a MariaDB one. `body` is a view of the event translated, or of `owned`.
struct TranslatedEvent {
  binlog::EventHeader header;
  ByteView body;
  Bytes owned;
};

/// Makes the events inside a MariaDB transaction readable for clients that know MySQL only: v1 and compressed rows
/// become v2 rows, columns with the COMPRESSED attribute plain ones, ANNOTATE_ROWS becomes ROWS_QUERY, compressed
/// statements become plain ones, and what of status variables, SQL modes and flags only MariaDB knows is taken out.
/// Pure: nothing but the events of the transaction counts.
class MariadbTranslation {
 public:
  void begin_transaction() { compressed_columns_.clear(); }

  /// The next event of the transaction. ErrorKind::unsupported, naming the table, for columns no MySQL client can read.
  [[nodiscard]] Result<TranslatedEvent> translate(const binlog::EventHeader& header, ByteView body);

 private:
  [[nodiscard]] Result<Bytes> table_map_body(ByteView body);
  [[nodiscard]] Result<Bytes> rows_body(binlog::EventType type, ByteView body);

  CompressedColumns compressed_columns_;
};

/// The QUERY event that MySQL has at a transaction's start where MariaDB's GTID event stands for it: BEGIN, or XA
/// START. Nothing for a standalone statement.
[[nodiscard]] std::optional<Bytes> mariadb_transaction_start(const binlog::MariadbGtidEvent& gtid);

/// Takes MariaDB's own variables out of a QUERY event's status variables and the bits MySQL does not know out of the
/// others.
[[nodiscard]] Result<Bytes> plain_status_variables(ByteView variables);

}  // namespace sluice::capture
