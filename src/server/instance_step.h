#pragma once

#include "metadb/states.h"

namespace sluice::server {

/// What a server knows of one of its instances when it decides what to do.
struct InstanceFacts {
  metadb::Wanted wanted = metadb::Wanted::running;
  metadb::InstanceState state = metadb::InstanceState::init;  ///< as the MetaDB has it
  bool runs = false;                                          ///< its process
  bool ready = false;                                         ///< it receives clients
  bool start_due = true;                                      ///< no pause before a restart is under way
  bool drop_due = false;                                      ///< it is to be dropped, and its time has come
};

/// What is to be done next.
enum class InstanceStep {
  none,
  start,         ///< start the process
  stop,          ///< end the process
  note_running,  ///< tell the MetaDB that it runs
  note_stopped,  ///< that it does not, as wanted
  remove,        ///< remove its files, and tell that it is gone
};

/// Pure. One step at a time; the next look decides on the next.
[[nodiscard]] InstanceStep next_step(const InstanceFacts& facts);

}  // namespace sluice::server
