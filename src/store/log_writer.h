#pragma once

#include <memory>

#include "base/file.h"
#include "convert/layout.h"
#include "convert/log_sink.h"
#include "store/file_catalogue.h"
#include "store/log.h"
#include "store/log_scan.h"
#include "store/log_syncer.h"

namespace sluice::store {

/// Writes one tenant's log: appends, publishes, recovers. One thread; there is one writer for a directory.
///
/// When conversion is taken up before the log's end, what comes first is compared with what is stored, byte for byte,
/// and only what lies behind is written. So a source that no longer gives the same transactions is found out before
/// anything is appended to its log.
class LogWriter : public convert::LogSink {
 public:
  /// Opens the directory of `log` (made if missing), cuts what a crash left incomplete, and makes the rest visible in
  /// `log`. ErrorKind::corrupt, with file and offset, if stored bytes are damaged where a crash cannot have damaged
  /// them.
  [[nodiscard]] static Result<std::unique_ptr<LogWriter>> open(std::shared_ptr<Log> log,
                                                               LogSyncer::Sync sync = sync_data);

  /// Whether the log has no file yet: conversion begins with a state made by capture.
  [[nodiscard]] bool empty() const { return published_.file == 0; }

  enum class TakeUp {
    verify,  ///< at the newest place at or before the last transaction whose source place is known
    end,     ///< behind the last transaction, without comparing anything
  };
  /// Drops what was not published and says where conversion goes on. The log is not empty. After a failure of the disk
  /// it first makes good what that left (see take_storage_error).
  [[nodiscard]] Result<convert::LogState> take_up(TakeUp how);

  /// Why the log's disk could not take something since the last call, if it could not. `code` is ENOSPC or EDQUOT if it
  /// is full. What was published stays and can be read; take_up makes good what can be. ErrorKind::corrupt: published
  /// bytes did not reach the disk and cannot be had from memory any more; opening the log anew cuts them, and the
  /// source gives them again.
  [[nodiscard]] std::optional<Error> take_storage_error() { return std::exchange(storage_error_, std::nullopt); }

  /// Drops what was not published, as after a failure, so that the file ends with a whole transaction. take_up has to
  /// follow.
  void rest();

  /// Whether what comes is still being compared.
  [[nodiscard]] bool verifying() const { return verify_end_.has_value(); }

  Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                         const Resume& resume) override;
  Result<void> close_file(ByteView rotate_event) override;
  Result<void> begin(const std::optional<Resume>& resume) override;
  Result<void> append(ByteView events) override;
  Result<void> append_provisional(ByteView event) override;
  Result<void> replace_provisional(ByteView event) override;
  Result<void> commit(const binlog::Gtid& gtid, std::string_view next_place) override;
  void abort() override;
  Result<void> moved(std::string_view place) override;
  Result<void> publish() override;
  std::optional<bool> file_ends_here() override;

  /// Publishes and brings everything to the disk: the end of work in order.
  [[nodiscard]] Result<void> close();

 private:
  LogWriter(std::shared_ptr<Log> log, LogSyncer::Sync sync)
      : log_(std::move(log)), catalogue_(log_->directory()), sync_(sync), syncer_(std::move(sync)) {}

  [[nodiscard]] Result<void> recover();
  [[nodiscard]] Result<void> recover_closed_files(const std::vector<std::uint64_t>& numbers);
  [[nodiscard]] std::vector<CataloguedFile> catalogued_files(const std::vector<std::uint64_t>& numbers) const;
  [[nodiscard]] Result<void> recover_last_file(std::uint64_t number);
  [[nodiscard]] Result<void> cut_tail(const std::filesystem::path& path, const ScannedFile& scanned,
                                      std::uint64_t size);
  [[nodiscard]] Result<void> drop_unpublished();
  [[nodiscard]] Result<void> note_failure(Result<void> result);
  [[nodiscard]] Result<void> repair();
  [[nodiscard]] Result<void> rewrite_unsynced();
  void write_index();
  void write_catalogue();
  void write_place();
  [[nodiscard]] std::string stored_place() const;
  [[nodiscard]] Result<convert::LogState> state_at(std::uint64_t number, const LogFileHeader& header,
                                                   std::optional<std::uint64_t> transaction) const;
  [[nodiscard]] std::string place_of_first_transaction() const;
  [[nodiscard]] Result<std::optional<std::uint64_t>> last_transaction(std::uint64_t number) const;
  [[nodiscard]] Result<convert::LogState> state_at_mark(std::uint64_t number, const std::vector<Mark>& marks);
  [[nodiscard]] Result<convert::LogState> state_at_end();
  [[nodiscard]] Result<void> compare(ByteView bytes);
  void end_verifying_at_end();
  [[nodiscard]] Result<void> compare_file(std::uint64_t number, ByteView header);
  [[nodiscard]] Result<void> begin_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                        const Resume& resume);
  [[nodiscard]] Result<void> write_committed();
  [[nodiscard]] Result<void> write_pending();
  void forget_pending(std::size_t size);
  [[nodiscard]] Result<void> write_at_end(ByteView bytes);
  void add_mark(Mark::Kind kind, const Resume& resume);

  std::shared_ptr<Log> log_;
  FileCatalogue catalogue_;
  LogSyncer::Sync sync_;
  LogSyncer syncer_;
  std::optional<Error> storage_error_;
  bool index_stale_ = false;  ///< it could not be written

  std::shared_ptr<OpenLogFile> file_;  ///< the newest one
  bool closed_ = false;                ///< it ends with its ROTATE
  LogPosition published_;
  LogPosition cursor_;  ///< where the next byte goes, or is compared
  Bytes pending_;       ///< bytes from pending_offset_ on that are not in the file yet
  std::uint64_t pending_offset_ = 0;
  LogPosition committed_;
  binlog::GtidSet committed_gtids_;  ///< not published yet
  std::uint64_t transaction_begin_ = 0;
  std::string committed_place_;  ///< behind the last committed transaction; empty if not known
  std::string end_place_;        ///< behind the last published one

  std::vector<Mark> new_marks_;  ///< not published yet
  std::size_t marks_before_transaction_ = 0;
  std::uint64_t last_mark_ = 0;
  bool mark_next_ = false;  ///< what was not compared must not be later: the next transaction gets a mark
  binlog::GtidSet gtids_since_mark_;

  std::optional<LogPosition> verify_end_;
  FileDescriptor verify_file_;
  std::unique_ptr<ReaderHold> verify_hold_;
  LogPosition provisional_;  ///< where compared bytes are left out until they are known
};

}  // namespace sluice::store
