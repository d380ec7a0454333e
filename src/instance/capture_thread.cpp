#include "instance/capture_thread.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "boundary/file_boundary.h"
#include "instance/metered_capture.h"

namespace sluice::instance {
namespace {

constexpr std::chrono::milliseconds pause_min{100};
constexpr std::chrono::milliseconds pause_max{10'000};

}  // namespace

CaptureThread::CaptureThread(const Config& config, store::Log& log, std::unique_ptr<store::LogWriter> writer,
                             std::shared_ptr<mysql::Interruption> interruption, std::function<std::size_t()> make_room)
    : config_(config),
      writer_(std::move(writer)),
      interruption_(std::move(interruption)),
      storage_pause_(log.directory(), std::move(make_room), interruption_),
      publication_listener_(log.listen([this] { count_publication(totals_); })),
      status_{.state = "starting", .source = "", .error = ""},
      thread_([this] { run(); }) {}

CaptureThread::~CaptureThread() {
  stop();
}

answers::CaptureStatus CaptureThread::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void CaptureThread::stop() {
  interruption_->request();
  throttle_.stop();
  if (thread_.joinable()) thread_.join();
}

void CaptureThread::report(std::string state, const std::string& address, std::string error) {
  const std::lock_guard lock(mutex_);
  status_.state = std::move(state);
  status_.source = address;
  status_.error = std::move(error);
}

void CaptureThread::note_settings(const capture::SourceFacts& facts) {
  const std::lock_guard lock(mutex_);
  status_.row_metadata = facts.row_metadata;
  status_.rows_query_events = facts.rows_query_events;
}

void CaptureThread::run() {
  const auto& addresses = config_.source.addresses;
  std::size_t final_failures = 0;  // in a row, one an address
  auto pause = pause_min;
  for (std::size_t attempt = 0; !interruption_->requested();) {
    const std::string& address = addresses[attempt % addresses.size()];
    const std::uint64_t transactions_before = totals_.transactions;
    const auto failure = capture_from(address);
    if (interruption_->requested()) break;
    if (totals_.transactions > transactions_before) {
      pause = pause_min;
      storage_pause_.reset();
      final_failures = 0;
    }
    if (const auto error = writer_->take_storage_error()) {
      if (wait_for_storage(address, *error)) continue;
      break;
    }
    if (failure.purged && !cannot_verify_ && !writer_->empty() && writer_->verifying()) {
      log::warning("the source no longer has what would be read again to verify the log's end; going on behind it: {}",
                   failure.error.message);
      cannot_verify_ = true;
      continue;
    }
    if (failure.final && failure.error.kind == ErrorKind::refused) ++totals_.contradictions;
    final_failures = failure.final ? final_failures + 1 : 0;
    if (final_failures >= addresses.size()) {
      log::error("capture stopped: {}", failure.error.message);
      report("stopped", address, failure.error.message);
      break;
    }
    log::warning("capture from {} broke off: {}", address, failure.error.message);
    report("reconnecting", address, failure.error.message);
    (void)interruption_->wait(-1, 0, std::chrono::steady_clock::now() + pause);
    if (++attempt % addresses.size() == 0) pause = std::min(pause * 2, pause_max);
  }
  if (auto closed = writer_->close(); !closed)
    log::error("the log was not closed in order: {}", closed.error().message);
}

/// Whether capture may be tried again.
bool CaptureThread::wait_for_storage(const std::string& address, const Error& error) {
  writer_->rest();
  if (error.kind == ErrorKind::corrupt) {
    log::error("capture stopped: {}", error.message);
    report("stopped", address, error.message);
    return false;
  }
  bool told = false;
  storage_pause_.wait(error, [&](std::string state, std::string text) {
    if (!told) log::error("capture pauses: {}", text);
    told = true;
    report(std::move(state), address, std::move(text));
  });
  log::info("capture is tried again after the log's disk could not take something");
  return true;
}

capture::SourceFailure CaptureThread::capture_from(const std::string& address) {
  capture::Source source(config_.source, address, interruption_);
  if (auto connected = source.connect(); !connected) return {.error = std::move(connected.error())};
  note_settings(source.facts());
  auto state = writer_->empty() ? first_state(source) : next_state(source);
  if (!state) return std::move(state.error());
  log::info("capturing from {} ({}), on from {} offset {}", address, source.facts().version, state->file,
            state->offset);
  report("capturing", address, "");
  ++totals_.connections;
  MeteredLog log(*writer_, totals_);
  MeteredConverter converter(config_.layout, *state, log, totals_, throttle_);
  return source.stream(*state, converter);
}

capture::SourceResult<convert::LogState> CaptureThread::first_state(capture::Source& source) {
  if (config_.start_boundary.empty()) return source.locate(config_.start);
  auto state = boundary::load_boundary(config_.start_boundary);
  if (!state) return std::unexpected(capture::SourceFailure{.error = std::move(state.error()), .final = true});
  return std::move(*state);
}

capture::SourceResult<convert::LogState> CaptureThread::next_state(const capture::Source& source) {
  using TakeUp = store::LogWriter::TakeUp;
  auto state = writer_->take_up(cannot_verify_ ? TakeUp::end : TakeUp::verify);
  if (!state) return std::unexpected(capture::SourceFailure{.error = std::move(state.error())});
  const auto place = capture::parse_source_place(state->source_place);
  if (place && place->server == source.facts().server) return std::move(*state);
  // Another member of the replica set: its binlog holds the same transactions, but not in the same bytes.
  state = writer_->take_up(TakeUp::end);
  if (!state) return std::unexpected(capture::SourceFailure{.error = std::move(state.error())});
  if (auto continues = source.check_continues(*state); !continues) {
    return std::unexpected(capture::SourceFailure{.error = std::move(continues.error())});
  }
  log::info("{} is another server than the log was read from; going on there by GTID", source.address());
  return std::move(*state);
}

}  // namespace sluice::instance
