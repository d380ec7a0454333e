#include "dump/log_stream.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "mysql/run_on.h"

namespace sluice::dump {

namespace {

using store::Block;

/// So much should be in memory ahead of a subscriber that is sent files.
constexpr std::uint64_t ahead_size = 3 * Block::framed_size_target;
/// With more readers of files than this no core is idle, and what is read ahead for one pushes out what another needs.
constexpr std::size_t readers_max = 8;
/// A piece comes sooner; this only bounds the wait.
constexpr auto piece_wait = std::chrono::seconds(60);

Result<std::optional<store::Piece>> whole(Result<store::Piece> piece) {
  if (!piece) {
    return std::unexpected(std::move(piece.error()));
  }
  return std::move(*piece);
}

}  // namespace

LogStream::LogStream(std::shared_ptr<const store::Log> log, asio::any_io_executor disk, asio::any_io_executor executor,
                     Notifier::Waiter& waiter)
    : log_(std::move(log)), disk_(std::move(disk)), executor_(std::move(executor)), waiter_(waiter) {
  shared_->waiter = &waiter_;
}

LogStream::~LogStream() {
  shared_->waiter = nullptr;
}

void LogStream::open() {
  if (!shared_->reader) {
    shared_->reader = std::make_shared<store::LogReader>(log_);
  }
}

void LogStream::release() {
  Notifier::Waiter* const waiter = std::exchange(shared_->waiter, nullptr);
  shared_ = std::make_shared<Shared>();  // a thread that still reads has the old one
  shared_->waiter = waiter;
}

asio::awaitable<Result<std::optional<store::Piece>>> LogStream::next(store::LogPosition position) {
  if (auto block = log_->tail_block(position)) {
    if (shared_->reader) {
      release();
    }
    co_return store::Piece(std::move(block));
  }
  open();
  if (auto block = shared_->reader->ready_block(position)) {
    read_ahead(*block);
    co_return store::Piece(std::move(block));
  }
  if (shared_->reading) {
    co_await waiter_.wait(std::chrono::steady_clock::now() + piece_wait);
    co_return std::nullopt;
  }
  if (auto ahead = std::exchange(shared_->piece, {}); ahead && ahead->first == position) {
    co_return whole(std::move(ahead->second));
  }
  const auto read = [&] { return shared_->reader->read(position); };
  Result<store::Piece> piece = co_await mysql::run_on(disk_, executor_, read);
  co_return whole(std::move(piece));
}

asio::awaitable<Result<Bytes>> LogStream::read_event(store::LogPosition position, std::uint32_t size_max) {
  release();  // a thread may be using the reader
  open();
  const auto read = [&] { return shared_->reader->read_event(position, size_max); };
  co_return co_await mysql::run_on(disk_, executor_, read);
}

/// Has the piece behind the blocks that are ready read, if those are few.
void LogStream::read_ahead(const Block& block) {
  if (shared_->reading || shared_->reader->sharing() > readers_max) {
    return;
  }
  store::LogPosition position{block.begin.file, block.end_offset};
  while (const auto ready = shared_->reader->ready_block(position)) {
    position.offset = ready->end_offset;
    if (position.offset - block.end_offset >= ahead_size) {
      return;
    }
  }
  const auto file = log_->file(position.file);
  if (!file || position.offset >= file->size) {
    return;
  }
  shared_->reading = true;
  asio::post(disk_, [shared = shared_, position, executor = executor_] {
    auto piece = std::make_shared<Result<store::Piece>>(shared->reader->read(position));
    asio::post(executor, [shared, position, piece] {
      shared->reading = false;
      if (!*piece || !std::holds_alternative<std::shared_ptr<const Block>>(**piece)) {
        shared->piece.emplace(position, std::move(*piece));
      }
      if (shared->waiter != nullptr) {
        shared->waiter->wake();
      }
    });
  });
}

}  // namespace sluice::dump
