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
/// A primary that comes back, or takes over, is found soon: who subscribes here waits.
constexpr std::chrono::milliseconds follow_pause_max{1'000};

constexpr std::string_view differs = "differs";

/// Of a follower that does not go on. One whose place was purged there is in the same case as one that differs.
std::string_view state_text(follow::FollowFailure::Kind kind) {
  using Kind = follow::FollowFailure::Kind;
  switch (kind) {
    case Kind::broken:
      return "reconnecting";
    case Kind::behind:
      return "behind";
    case Kind::purged:
    case Kind::differs:
      return differs;
  }
  return "reconnecting";
}

}  // namespace

CaptureThread::CaptureThread(const Config& config, store::Log& log, std::unique_ptr<store::LogWriter> writer,
                             std::shared_ptr<mysql::Interruption> turn, Services services)
    : config_(config),
      log_(log),
      writer_(std::move(writer)),
      services_(std::move(services)),
      publication_listener_(log.listen([this] { count_publication(totals_); })),
      wanted_{.primary = config.primary, .interruption = std::move(turn)},
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
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wanted_.interruption->request();
  }
  role_changed_.notify_all();
  throttle_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<void> CaptureThread::change_role(const std::optional<follow::PrimaryAddress>& primary) {
  auto interruption = mysql::Interruption::make();
  if (!interruption) return std::unexpected(std::move(interruption.error()));
  const std::lock_guard lock(mutex_);
  if (primary == wanted_.primary || stopping_) return {};
  wanted_.interruption->request();
  wanted_ = {.primary = primary, .interruption = std::move(*interruption)};
  turn_begun_ = false;
  role_changed_.notify_all();
  return {};
}

/// Waits for it; nothing once all is to end.
std::optional<CaptureThread::Turn> CaptureThread::next_turn() {
  std::unique_lock lock(mutex_);
  role_changed_.wait(lock, [this] { return stopping_ || !turn_begun_; });
  if (stopping_) return std::nullopt;
  turn_begun_ = true;
  return wanted_;
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

void CaptureThread::pause(std::chrono::milliseconds time) {
  (void)turn_.interruption->wait(-1, 0, std::chrono::steady_clock::now() + time);
}

void CaptureThread::run() {
  while (auto turn = next_turn()) {
    turn_ = std::move(*turn);
    storage_pause_ = std::make_unique<StoragePause>(log_.directory(), services_.make_room, turn_.interruption);
    cannot_verify_ = false;
    totals_.idle_since = 0;
    if (turn_.primary) {
      follow(*turn_.primary);
    } else {
      capture();
    }
  }
  if (auto closed = writer_->close(); !closed)
    log::error("the log was not closed in order: {}", closed.error().message);
}

/// As a primary, until it is interrupted or a person has to decide something.
void CaptureThread::capture() {
  if (writer_->empty() && has_followed_) {
    log::warning("primary now, without a log: starting anew, to be told where it begins");
    report("starting", "", "it has no log yet; it starts anew to be told where that begins");
    services_.start_anew();
    return;
  }
  const auto& addresses = config_.source.addresses;
  std::size_t final_failures = 0;  // in a row, one an address
  auto pause_now = pause_min;
  for (std::size_t attempt = 0; !interrupted();) {
    const std::string& address = addresses[attempt % addresses.size()];
    const std::uint64_t transactions_before = totals_.transactions;
    const auto failure = capture_from(address);
    if (interrupted()) break;
    if (totals_.transactions > transactions_before) {
      pause_now = pause_min;
      storage_pause_->reset();
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
    pause(pause_now);
    if (++attempt % addresses.size() == 0) pause_now = std::min(pause_now * 2, pause_max);
  }
}

/// As a follower, until it is interrupted or its log has to be copied anew.
void CaptureThread::follow(const follow::PrimaryAddress& address) {
  has_followed_ = true;
  using Kind = follow::FollowFailure::Kind;
  auto pause_now = pause_min;
  std::string told;
  while (!interrupted()) {
    const std::uint64_t bytes_before = totals_.stored_bytes;
    const auto failure = follow_once(address);
    if (interrupted()) break;
    if (totals_.stored_bytes > bytes_before) {
      pause_now = pause_min;
      storage_pause_->reset();
    }
    if (const auto error = writer_->take_storage_error()) {
      if (wait_for_storage(address.address, *error)) continue;
      break;
    }
    if (std::exchange(told, failure.error.message) != failure.error.message) {
      log::warning("following {} broke off: {}", address.address, failure.error.message);
    }
    report(std::string(state_text(failure.kind)), address.address, failure.error.message);
    if (failure.kind == Kind::differs) ++totals_.contradictions;
    // What cannot be asked for, on a full disk, is found out and asked for again.
    if (state_text(failure.kind) == differs && services_.copy_anew()) break;
    pause(pause_now);
    pause_now = std::min(pause_now * 2, follow_pause_max);
  }
}

follow::FollowFailure CaptureThread::follow_once(const follow::PrimaryAddress& address) {
  follow::Primary primary(address, {.server_id = config_.source.server_id, .uuid = config_.source.replica_uuid},
                          turn_.interruption);
  MeteredLog metered(*writer_, totals_);
  follow::Follower follower({log_, *writer_, metered}, primary, turn_.interruption, observe_following(address.address));
  return follower.follow();
}

follow::Follower::Observer CaptureThread::observe_following(const std::string& address) {
  follow::Follower::Observer observer;
  observer.connected = [this, address] {
    const auto end = log_.end();
    log::info("following {}, on from {} offset {}", address, end.file, end.offset);
    totals_.idle_since = 0;  // of the connection before; who asks whether the log has caught up looks at both
    report("following", address, "");
    ++totals_.connections;
  };
  observer.copied = [this](const follow::LogCopy::Transaction& transaction) {
    count_copied(totals_, transaction.events, transaction.commit_time);
  };
  observer.idle = [this] { count_idle(totals_); };
  return observer;
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
  storage_pause_->wait(error, [&](std::string state, std::string text) {
    if (!told) log::error("capture pauses: {}", text);
    told = true;
    report(std::move(state), address, std::move(text));
  });
  log::info("capture is tried again after the log's disk could not take something");
  return true;
}

capture::SourceFailure CaptureThread::capture_from(const std::string& address) {
  capture::Source source(config_.source, address, turn_.interruption);
  if (auto connected = source.connect(); !connected) return {.error = std::move(connected.error())};
  note_settings(source.facts());
  auto state = writer_->empty() ? first_state(source) : next_state(source);
  if (!state) return std::move(state.error());
  log::info("capturing from {} ({}), on from {} offset {}", address, source.facts().version, state->file,
            state->offset);
  MeteredLog log(*writer_, totals_);
  MeteredConverter converter(config_.layout, *state, log, totals_, throttle_);
  report("capturing", address, "");
  ++totals_.connections;
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
