#include "binlog/mariadb_events.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/byte_reader.h"

namespace sluice::binlog {
namespace {

constexpr std::size_t gtid_list_entry_size = 16;

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// A decimal number at the start of `text`, which is consumed; MariaDB allows white space and a plus sign before it.
template <typename Number>
bool take_number(std::string_view& text, Number& number) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  (void)take(text, '+');
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string MariadbGtid::text() const {
  return fmt::format("{}-{}-{}", domain, server_id, sequence);
}

Result<std::vector<MariadbGtid>> parse_mariadb_gtids(std::string_view text) {
  std::vector<MariadbGtid> gtids;
  std::string_view rest = text;
  while (!rest.empty()) {
    MariadbGtid gtid;
    if ((!gtids.empty() && !take(rest, ',')) || !take_number(rest, gtid.domain) || !take(rest, '-') ||
        !take_number(rest, gtid.server_id) || !take(rest, '-') || !take_number(rest, gtid.sequence)) {
      return fail(ErrorKind::invalid, fmt::format("malformed MariaDB GTID list '{}' at character {}",
                                                  text.substr(0, 200), text.size() - rest.size() + 1));
    }
    gtids.push_back(gtid);
  }
  return gtids;
}

Result<MariadbGtidEvent> decode_mariadb_gtid_event(ByteView body) {
  ByteReader reader(body);
  MariadbGtidEvent event;
  event.sequence = reader.u64();
  event.domain = reader.u32();
  event.flags = reader.u8();
  if ((event.flags & MariadbGtidEvent::group_commit) != 0) event.commit_id = reader.u64();
  if ((event.flags & (MariadbGtidEvent::prepared_xa | MariadbGtidEvent::completed_xa)) != 0) {
    event.xa_format_id = static_cast<std::int32_t>(reader.u32());
    const std::uint8_t global_size = reader.u8();
    const std::uint8_t branch_size = reader.u8();
    event.xa_global_id = reader.text(global_size);
    event.xa_branch_id = reader.text(branch_size);
  }
  if (!reader.ok())
    return fail(ErrorKind::invalid, fmt::format("MariaDB GTID event of {} bytes is cut short", body.size()));
  return event;
}

Result<std::vector<MariadbGtid>> decode_mariadb_gtid_list_event(ByteView body) {
  constexpr std::uint32_t count_mask = 0x0FFFFFFF;
  ByteReader reader(body);
  const std::uint32_t count = reader.u32() & count_mask;
  if (!reader.ok() || count > reader.remaining() / gtid_list_entry_size) {
    return fail(ErrorKind::invalid,
                fmt::format("MariaDB GTID list event of {} bytes announces {} GTIDs", body.size(), count));
  }
  std::vector<MariadbGtid> gtids(count);
  for (MariadbGtid& gtid : gtids) {
    gtid.domain = reader.u32();
    gtid.server_id = reader.u32();
    gtid.sequence = reader.u64();
  }
  return gtids;
}

}  // namespace sluice::binlog
