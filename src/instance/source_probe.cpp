#include "instance/source_probe.h"

#include <utility>

#include "base/log.h"
#include "binlog/mariadb_events.h"
#include "convert/layout.h"

namespace sluice::instance {
namespace {

constexpr std::chrono::milliseconds answer_time_max{1000};
/// A source that takes longer than this keeps nobody else waiting.
constexpr std::chrono::milliseconds usual_answer_time{200};
constexpr std::chrono::milliseconds pause_after_failure{1000};
/// For a source without GTIDs: that does not change while it runs.
constexpr std::chrono::minutes pause_without_gtids{1};

}  // namespace

SourceProbe::SourceProbe(const Config& config, std::shared_ptr<mysql::Interruption> interruption)
    : config_(config), database_(config.source, std::move(interruption), answer_time_max), thread_([this] { run(); }) {}

SourceProbe::~SourceProbe() {
  stop();
}

void SourceProbe::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<answers::SourceProgress> SourceProbe::ask() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const bool stuck = asking_since_ && now - *asking_since_ > usual_answer_time;
  if (stopping_ || stuck || now < no_use_until_) return nullptr;
  // One that has not been sent yet is asked late enough for everybody.
  if (questions_.empty()) questions_.push_back(std::make_shared<answers::SourceProgress>());
  changed_.notify_all();
  return questions_.back();
}

void SourceProbe::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) break;
    const auto asked = std::exchange(questions_, {});
    asking_since_ = std::chrono::steady_clock::now();
    lock.unlock();
    auto executed = ask_source();
    if (!executed) log::debug("the source could not be asked how far it is: {}", executed.error().message);
    lock.lock();
    asking_since_.reset();
    if (!executed) no_use_until_ = std::chrono::steady_clock::now() + pause_after_failure;
    if (executed && !*executed) no_use_until_ = std::chrono::steady_clock::now() + pause_without_gtids;
    lock.unlock();
    for (const auto& question : asked)
      question->answer(executed ? *executed : std::nullopt);
    lock.lock();
  }
  for (const auto& question : std::exchange(questions_, {}))
    question->answer(std::nullopt);
}

/// The GTIDs that the log has once it has everything; nothing for a source without.
Result<std::optional<binlog::GtidSet>> SourceProbe::ask_source() {
  const bool mariadb = config_.source.flavour == capture::Flavour::mariadb;
  const auto answer = database_.ask(mariadb ? "SELECT @@global.gtid_binlog_pos"
                                            : "SELECT IF(@@global.gtid_mode = 'ON', @@global.gtid_executed, NULL)");
  if (!answer) return std::unexpected(answer.error());
  if (answer->rows.size() != 1 || answer->rows[0].size() != 1) {
    return fail(ErrorKind::invalid, "the source did not answer with one value");
  }
  const auto& text = answer->rows[0][0];
  if (!text) return std::optional<binlog::GtidSet>();
  if (!mariadb) {
    auto set = binlog::parse_gtid_set(*text);
    if (!set) return std::unexpected(std::move(set.error()));
    return std::optional(std::move(*set));
  }
  // The last of each domain; what lies before it need not have come here.
  const auto gtids = binlog::parse_mariadb_gtids(*text);
  if (!gtids) return std::unexpected(gtids.error());
  binlog::GtidSet last;
  for (const binlog::MariadbGtid& gtid : *gtids) {
    const binlog::GtidSource source{convert::derive_uuid(config_.tenant, gtid.domain), ""};
    if (gtid.sequence > 0) last.add(binlog::Gtid{source, gtid.sequence});
  }
  return std::optional(std::move(last));
}

}  // namespace sluice::instance
