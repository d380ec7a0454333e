#pragma once

#include <functional>
#include <memory>

#include "capture/mysql/source_facts.h"
#include "capture/mysql/source_options.h"
#include "capture/mysql/source_place.h"
#include "capture/mysql/start_point.h"
#include "convert/layout.h"
#include "convert/transaction_receiver.h"

namespace sluice::capture {

/// Why a stream, or the search for its start, ended.
struct SourceFailure {
  Error error;
  /// Trying again cannot help: a person has to decide.
  bool final = false;
  /// The source no longer has what was asked for.
  bool purged = false;
};

template <typename T>
using SourceResult = std::expected<T, SourceFailure>;

/// One member of a tenant's database, read as its replica. One thread; calls block, but for the interruption.
class Source {
 public:
  Source(SourceOptions options, std::string address, std::shared_ptr<mysql::Interruption> interruption);

  /// Connects, asks and checks. Everything below needs it.
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] const SourceFacts& facts() const { return facts_; }
  [[nodiscard]] const std::string& address() const { return address_; }

  /// The state in which a new log begins that starts at `start`: what was executed before and where to read.
  [[nodiscard]] SourceResult<convert::LogState> locate(const StartPoint& start);

  /// Whether the log, whose transactions came from `place`, can go on here without reading again what was stored.
  [[nodiscard]] Result<void> check_continues(const convert::LogState& state) const;

  /// Reads transactions from `state` on into `receiver` until something fails.
  [[nodiscard]] SourceFailure stream(const convert::LogState& state, convert::TransactionReceiver& receiver);

 private:
  struct Scan;
  [[nodiscard]] mysql::Client make_client() const;
  [[nodiscard]] Result<void> begin_dump(mysql::Client& client, const SourcePlace& place, const binlog::GtidSet* known,
                                        std::uint16_t flags);
  [[nodiscard]] Result<void> set_session(mysql::Client& client, const SourcePlace* gtid_place);
  [[nodiscard]] SourceFailure explain(Error error);

  [[nodiscard]] SourceResult<convert::LogState> locate_now();
  [[nodiscard]] SourceResult<convert::LogState> locate_gtid(const StartGtid& start);
  [[nodiscard]] SourceResult<convert::LogState> locate_file(const StartFile& start);
  [[nodiscard]] SourceResult<convert::LogState> locate_time(const StartTime& start);
  [[nodiscard]] Result<std::uint32_t> first_timestamp(const std::string& file);
  [[nodiscard]] Result<Scan> scan(const std::string& file, const std::function<bool(const Scan&)>& reached);
  [[nodiscard]] binlog::GtidSet executed_at(const std::vector<binlog::MariadbGtid>& gtids) const;
  [[nodiscard]] convert::LogState state_at(SourcePlace place, binlog::GtidSet executed) const;

  SourceOptions options_;
  std::string address_;
  std::shared_ptr<mysql::Interruption> interruption_;
  mysql::Client client_;
  SourceFacts facts_;
};

}  // namespace sluice::capture
