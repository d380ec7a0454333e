#include "cluster/simulation/process.h"

#include <utility>

namespace sluice::cluster::simulation {

void Process::start() {
  lives_ = true;
  ++life_;
  last_unwell_ = timeline_.now();
}

void Process::kill() {
  if (is_well()) unwell_since_ = timeline_.now();
  if (is_stopped()) last_stopped_ = timeline_.now();
  lives_ = false;
  stops_ = 0;
  waiting_.clear();
}

void Process::stop() {
  if (is_well()) unwell_since_ = timeline_.now();
  ++stops_;
}

void Process::go_on(std::uint64_t life) {
  if (life != life_ || stops_ == 0 || --stops_ > 0) return;
  last_unwell_ = timeline_.now();
  last_stopped_ = timeline_.now();
  for (Action& action : std::exchange(waiting_, {}))
    action();
}

void Process::run(std::uint64_t life, Action action) {
  if (!lives_ || life != life_) return;
  if (stops_ > 0) {
    waiting_.push_back(std::move(action));
  } else {
    action();
  }
}

}  // namespace sluice::cluster::simulation
