#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>

#include "answers/sql_session.h"
#include "base/error.h"

namespace sluice::answers {

/// What one statement waits for. Nothing waits inside of a statement: what has to is noted here and ends the evaluation
/// with an error; the session waits without a thread, and the statement is carried out again from its beginning. The
/// waits are told apart by the order in which they are met. One thread at a time.
class StatementWaits {
 public:
  enum class Outcome : std::uint8_t { over, timed_out, waiting };

  /// The statement is carried out, for the first time or again.
  void begin() {
    met_ = 0;
    pending_ = false;
  }
  /// Whether it has waited for something already.
  [[nodiscard]] bool resumed() const { return !waits_.empty(); }
  /// The statement has ended.
  void forget() {
    waits_.clear();
    begin();
  }

  /// One wait, made by `make` when it is met for the first time. `waiting`: give waiting_error() up to the statement's
  /// end.
  [[nodiscard]] Outcome meet(const std::function<SqlWait()>& make) {
    if (met_ == waits_.size()) waits_.push_back(make());
    const SqlWait& wait = waits_[met_++];
    if (wait.over()) return Outcome::over;
    if (std::chrono::steady_clock::now() >= wait.until) return Outcome::timed_out;
    pending_ = true;
    return Outcome::waiting;
  }
  [[nodiscard]] static std::unexpected<Error> waiting_error() {
    return fail(ErrorKind::timeout, "the statement waits");
  }

  /// What the session has to wait for, if the evaluation ended because of it.
  [[nodiscard]] std::optional<SqlWait> pending() const {
    return pending_ ? std::optional(waits_[met_ - 1]) : std::nullopt;
  }

 private:
  std::deque<SqlWait> waits_;
  std::size_t met_ = 0;
  bool pending_ = false;
};

}  // namespace sluice::answers
