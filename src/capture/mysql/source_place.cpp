#include "capture/mysql/source_place.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace sluice::capture {

std::string SourcePlace::text() const {
  // Made for every transaction.
  std::array<char, 20> digits;
  const auto [digits_end, unused] = std::to_chars(digits.data(), digits.data() + digits.size(), position);
  std::string result;
  result.reserve(server.size() + file.size() + digits.size() + 3 + gtids.size() * 32);
  result.append(server).append("|").append(file).append(":").append(digits.data(), digits_end).append("|");
  for (std::size_t i = 0; i < gtids.size(); ++i) {
    if (i > 0) result += ',';
    result += gtids[i].text();
  }
  return result;
}

Result<SourcePlace> parse_source_place(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a place in a source's binlog", text));
  };
  const std::size_t first = text.find('|');
  const std::size_t last = text.rfind('|');
  if (first == std::string_view::npos || first == last) return refuse();
  const std::string_view middle = text.substr(first + 1, last - first - 1);
  const std::size_t colon = middle.rfind(':');
  if (colon == std::string_view::npos) return refuse();

  SourcePlace place;
  place.server = text.substr(0, first);
  place.file = middle.substr(0, colon);
  const std::string_view position = middle.substr(colon + 1);
  const auto [end, error] = std::from_chars(position.data(), position.data() + position.size(), place.position);
  if (error != std::errc() || end != position.data() + position.size()) return refuse();
  auto gtids = binlog::parse_mariadb_gtids(text.substr(last + 1));
  if (!gtids) return std::unexpected(std::move(gtids.error()));
  place.gtids = std::move(*gtids);
  return place;
}

}  // namespace sluice::capture
