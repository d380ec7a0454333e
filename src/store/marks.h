#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "binlog/gtid_set.h"

namespace sluice::store {

/// A place in a log file from which reading can begin, so that nothing has to be found by reading everything.
struct Mark {
  enum class Kind : std::uint8_t {
    transaction = 1,  ///< a transaction begins here and conversion can be taken up here
    event = 2,        ///< an event begins here, inside a long transaction
  };
  Kind kind = Kind::transaction;
  std::uint64_t offset = 0;
  std::uint32_t timestamp = 0;
  binlog::GtidSet added;     ///< GTIDs of the transactions between the mark before and this one
  std::string source_place;  ///< of the transaction that begins here; empty for Kind::event
};

}  // namespace sluice::store
