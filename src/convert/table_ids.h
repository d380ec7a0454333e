#pragma once

#include <utility>
#include <vector>

#include "base/bytes.h"

namespace sluice::convert {

/// Gives tables the ids they have in our log.
///
/// A source counts its table ids from its start, so after a restart an id may come to mean another table; a subscriber
/// of the source would have been disconnected by then, one of ours is not, and some keep what they know of a table by
/// its id. Ours are a hash of the whole TABLE_MAP event: another table, another definition or another id of the source
/// gives another id, with nothing to remember between transactions.
class TableIds {
 public:
  /// The id for the table of a TABLE_MAP event with this body. Valid until the next call of clear().
  [[nodiscard]] std::uint64_t map(ByteView table_map_body);

  /// The id given to the source's id; 0 if the transaction has mapped no such table.
  [[nodiscard]] std::uint64_t find(std::uint64_t source_id) const;

  /// Forgets all tables: a transaction begins.
  void clear() { ids_.clear(); }

 private:
  struct Entry {
    std::uint64_t source_id;
    std::uint64_t id;
    std::uint64_t hash;  ///< of the whole event body
  };
  [[nodiscard]] bool taken(std::uint64_t id, std::uint64_t hash) const;

  std::vector<Entry> ids_;
};

}  // namespace sluice::convert
