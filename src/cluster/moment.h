#pragma once

#include <chrono>

namespace sluice::cluster {

/// A moment on the MetaDB's clock, the only clock by which servers judge each other.
using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

using Milliseconds = std::chrono::milliseconds;

}  // namespace sluice::cluster
