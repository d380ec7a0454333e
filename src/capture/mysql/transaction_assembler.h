#pragma once

#include <map>

#include "base/error.h"
#include "binlog/event_header.h"
#include "binlog/transaction_boundary.h"
#include "capture/mysql/event_check.h"
#include "capture/mysql/flavour.h"
#include "capture/mysql/mariadb_translation.h"
#include "capture/mysql/source_place.h"
#include "convert/transaction_receiver.h"

namespace sluice::capture {

/// Makes transactions of the events of a MySQL or MariaDB replication stream. Pure: bytes in, calls of a receiver out.
///
/// Knows which events are part of transactions, where one ends, what the source's own housekeeping is; expands
/// compressed transactions; translates MariaDB's events; keeps the place from which the source can be read again.
class TransactionAssembler {
 public:
  struct Options {
    Flavour flavour = Flavour::mysql;
    std::string tenant;                         ///< MariaDB domains get uuids made of its name
    bool keep_compressed_transactions = false;  ///< pass TRANSACTION_PAYLOAD as it is
    bool checksums = false;                     ///< as SourceFacts::checksums
    bool by_position = false;                   ///< the source is read by file and position, not by GTID
  };

  /// The stream begins at `place`. The receiver must outlive the assembler.
  TransactionAssembler(Options options, SourcePlace place, convert::TransactionReceiver& receiver);

  /// The next event of the stream, header to checksum. ErrorKind::corrupt: not what a source sends, so try again;
  /// unsupported and refused: a person has to look; other errors are the receiver's.
  [[nodiscard]] Result<void> take(ByteView event);

  /// The stream broke off: drops an incomplete transaction.
  void break_off();

  [[nodiscard]] bool in_transaction() const { return in_transaction_; }

  /// Behind the last complete transaction.
  [[nodiscard]] const SourcePlace& place() const { return place_; }

  /// The largest event a source may send; its max_allowed_packet is 1 GiB at the most.
  static constexpr std::uint32_t event_size_max = (1U << 30U) + (1U << 20U);

 private:
  [[nodiscard]] Result<void> take_format(const binlog::EventHeader& header, const binlog::FormatDescription& format);
  [[nodiscard]] Result<void> take_rotate(ByteView body);
  [[nodiscard]] Result<void> take_mysql_event(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> take_gtid(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> take_payload(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> take_mariadb_event(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> take_mariadb_gtid(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> begin(convert::TransactionStart start);
  [[nodiscard]] Result<void> begin_without_gtid(const binlog::EventHeader& header);
  [[nodiscard]] Result<void> pass(const binlog::EventHeader& header, ByteView body);
  [[nodiscard]] Result<void> commit();
  void follow_position(const binlog::EventHeader& header);

  Options options_;
  convert::TransactionReceiver& receiver_;
  EventCheck check_;
  binlog::TransactionBoundary boundary_;
  bool in_transaction_ = false;
  std::uint64_t position_;  ///< behind the event just taken
  std::string file_;
  SourcePlace place_;
  MariadbTranslation mariadb_;
  std::optional<binlog::MariadbGtid> gtid_;  ///< MariaDB: of the transaction under way
};

}  // namespace sluice::capture
