#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "dump/notifier.h"
#include "store/log_reader.h"

namespace sluice::dump {

namespace asio = boost::asio;

/// One subscriber's reading of the log. Blocks in memory are there at once; files are read by threads that may block,
/// and while the subscriber is sent one piece of a file the next one is read. All calls from the executor's one thread,
/// one at a time.
class LogStream {
 public:
  /// `disk`: where files are read. `waiter` is woken when a piece has been read, and must outlive this.
  LogStream(std::shared_ptr<const store::Log> log, asio::any_io_executor disk, asio::any_io_executor executor,
            Notifier::Waiter& waiter);
  ~LogStream();
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

  /// What stands at `position`, as of LogReader::read. Nothing: what the waiter was woken for has to be looked at
  /// first; ask again.
  [[nodiscard]] asio::awaitable<Result<std::optional<store::Piece>>> next(store::LogPosition position);

  /// LogReader::read_event.
  [[nodiscard]] asio::awaitable<Result<Bytes>> read_event(store::LogPosition position, std::uint32_t size_max);

  /// For a large event that next() gave, until next() is called again.
  [[nodiscard]] store::LogReader& reader() { return *shared_->reader; }

  /// Nothing is read for now: lets go of memory and of the open file, which may be purged meanwhile.
  void release();

 private:
  /// What a thread of the disk holds while it reads, whether or not the stream is still there.
  struct Shared {
    std::shared_ptr<store::LogReader> reader;
    bool reading = false;  ///< a thread of the disk uses the reader
    /// What was read ahead and is no block, and where it stands.
    std::optional<std::pair<store::LogPosition, Result<store::Piece>>> piece;
    Notifier::Waiter* waiter = nullptr;  ///< while the stream is there
  };

  void open();
  void read_ahead(const store::Block& block);

  std::shared_ptr<const store::Log> log_;
  const asio::any_io_executor disk_;
  const asio::any_io_executor executor_;
  Notifier::Waiter& waiter_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace sluice::dump
