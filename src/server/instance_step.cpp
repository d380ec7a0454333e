#include "server/instance_step.h"

namespace sluice::server {
namespace {

using metadb::InstanceState;

InstanceStep keep_running(const InstanceFacts& facts) {
  if (!facts.runs) {
    // A failed one waits for a person.
    return facts.state == InstanceState::failed || !facts.start_due ? InstanceStep::none : InstanceStep::start;
  }
  return facts.ready && facts.state != InstanceState::running ? InstanceStep::note_running : InstanceStep::none;
}

}  // namespace

InstanceStep next_step(const InstanceFacts& facts) {
  switch (facts.wanted) {
    case metadb::Wanted::running:
      return keep_running(facts);
    case metadb::Wanted::stopped:
      if (facts.runs) return InstanceStep::stop;
      return facts.state == InstanceState::stopped ? InstanceStep::none : InstanceStep::note_stopped;
    case metadb::Wanted::dropped:
      break;
  }
  if (facts.runs) return InstanceStep::stop;
  return facts.drop_due && facts.state != InstanceState::drop ? InstanceStep::remove : InstanceStep::none;
}

}  // namespace sluice::server
