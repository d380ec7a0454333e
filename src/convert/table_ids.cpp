#include "convert/table_ids.h"

#include <algorithm>

#include <xxhash.h>

#include "binlog/table_map_event.h"

namespace sluice::convert {
namespace {

constexpr std::uint64_t id_mask = 0xFFFFFFFFFFFFULL;

/// Ids with a meaning of their own to readers: none, "no table" (24 and 48 bits) and what older readers take for it
/// (32).
bool is_reserved(std::uint64_t id) {
  return id == 0 || id == binlog::table_id_none || id == 0xFFFFFFFFULL || id == id_mask;
}

}  // namespace

std::uint64_t TableIds::map(ByteView table_map_body) {
  const std::uint64_t source_id = binlog::table_id_of(table_map_body);
  const std::uint64_t hash = XXH3_64bits(table_map_body.data(), table_map_body.size());
  std::erase_if(ids_, [&](const Entry& entry) { return entry.source_id == source_id; });
  std::uint64_t id = hash & id_mask;
  while (is_reserved(id) || taken(id, hash))
    id = (id + 1) & id_mask;
  ids_.push_back({source_id, id, hash});
  return id;
}

std::uint64_t TableIds::find(std::uint64_t source_id) const {
  const auto found = std::ranges::find(ids_.rbegin(), ids_.rend(), source_id, &Entry::source_id);
  return found == ids_.rend() ? 0 : found->id;
}

bool TableIds::taken(std::uint64_t id, std::uint64_t hash) const {
  return std::ranges::any_of(ids_, [&](const Entry& entry) { return entry.id == id && entry.hash != hash; });
}

}  // namespace sluice::convert
